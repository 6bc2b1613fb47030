/*
 * The program begins in C for its arguments, which only `main` is sure to be given: Swift's own `CommandLine` reads them
 * from /proc, which a container or a chroot need not have.
 */
int keyway_start (int count, char **words);

int
main (int count, char **words)
{
  return keyway_start (count, words);
}
