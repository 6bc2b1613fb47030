#pragma once

// The declarations of PKCS #11 2.40 alone, under the standard's own names. Nothing of p11-kit is linked: the module is
// loaded by its path.
#include <p11-kit-1/p11-kit/pkcs11.h>

/// Gives a module's table of functions, as its symbol `C_GetFunctionList` does.
static inline CK_RV keyway_function_list(void *_Nonnull symbol, CK_FUNCTION_LIST *_Nullable *_Nonnull list) {
    return ((CK_RV(*)(CK_FUNCTION_LIST **))symbol)(list);
}
