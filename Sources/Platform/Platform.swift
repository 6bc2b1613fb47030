// The platform's C library under one name. The underscored attribute is how the system's own overlays do this: files
// that import this module see what they would see of the library itself.
#if canImport(Glibc)
    @_exported public import Glibc
#elseif canImport(Musl)
    @_exported public import Musl
#else
    @_exported public import Darwin
#endif
