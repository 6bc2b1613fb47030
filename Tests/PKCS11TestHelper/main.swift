import PKCS11

// The helper as `keyway` runs it, without what `keyway` does for its protection.
PKCS11Helper.serve(0)
