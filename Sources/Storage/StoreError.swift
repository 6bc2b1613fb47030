/// Why a store could not do its work. No text of it holds a stored value.
package enum StoreError: Error, Equatable {
    /// The disk is full, read-only or failing: what was asked is not done, and may succeed later.
    case unavailable(String)
    /// The data are not what this version wrote: somebody has to look.
    case corrupt(String)
    /// The store was closed; nothing was done.
    case closed
}
