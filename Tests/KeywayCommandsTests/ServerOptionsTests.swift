import Foundation
import Testing

@testable import KeywayCommands

@Suite("Which server a command speaks to")
struct ServerOptionsTests {
    @Test(
        "is what the command line says, else the variables, else this machine's",
        arguments: [
            ([], [:], "http://127.0.0.1:8480"),
            (["--server", "https://keyway.example.com/base"], [:], "https://keyway.example.com/base"),
            (["--server", "http://[::1]:8480"], [:], "http://[::1]:8480"),
            (["--site", "datadoghq.eu"], [:], "https://api.datadoghq.eu"),
            (
                ["--site", "us3.datadoghq.com"], ["KEYWAY_SERVER": "http://localhost:1"],
                "https://api.us3.datadoghq.com"
            ),
            ([], ["KEYWAY_SERVER": "http://localhost:1"], "http://localhost:1"),
            ([], ["KEYWAY_SERVER": "http://localhost:1", "DD_SITE": "datadoghq.com"], "http://localhost:1"),
            ([], ["DD_SITE": "ddog-gov.com"], "https://api.ddog-gov.com"),
            (["--server", "http://127.0.0.1:2"], ["DD_SITE": "datadoghq.com"], "http://127.0.0.1:2"),
            (["--server", "http://keyway.internal", "--allow-plaintext"], [:], "http://keyway.internal"),
        ] as [([String], [String: String], String)]
    )
    func site(_ words: [String], _ variables: [String: String], _ server: String) async {
        await #expect(processExitsWith: .success) {
            [words = words as [String], variables = variables as [String: String], server = server as String] in
            for name in ["DD_SITE", "KEYWAY_SERVER"] { unsetenv(name) }
            setenv("DD_API_KEY", "a", 1)
            setenv("DD_APP_KEY", "b", 1)
            for (name, value) in variables { setenv(name, value, 1) }
            let options = try ServerOptions(Arguments(words, for: .validate))
            #expect(options.address == server)
        }
    }
}
