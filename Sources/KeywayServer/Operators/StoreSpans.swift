package import Storage
import Tracing

/// Tells a store's work as spans below that of the request which it is done for. Work of the server's own has none.
package struct StoreSpans: StoreObserver {
    package init() {}

    package func begins(_ work: StoreWork) -> (@Sendable (_ hasFailed: Bool) -> Void)? {
        guard let parent = CurrentSpan.value else { return nil }
        let span: Span
        switch work {
        case .read: span = parent.child(.storeRead)
        case .commit: span = parent.child(.storeCommit)
        }
        return { span.end(failed: $0) }
    }
}
