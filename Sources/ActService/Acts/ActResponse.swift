package import NetworkTypes

/// The response to an act: the third party's, as it is passed on.
package struct ActResponse: Sendable {
    package var status: Int
    package var headers: [HeaderField]
    package var body: [UInt8] = []
    /// The status that the third party sent.
    package let upstreamStatus: Int
    /// The time from the request to the head of the third party's response.
    package let upstreamNanoseconds: UInt64

    init(status: Int, headers: [HeaderField], upstreamNanoseconds: UInt64) {
        self.status = status
        self.headers = headers
        upstreamStatus = status
        self.upstreamNanoseconds = upstreamNanoseconds
    }
}
