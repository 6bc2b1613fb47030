import KeywayCommands

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

exit(await KeywayCommand.run())
