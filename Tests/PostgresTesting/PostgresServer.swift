import Foundation
package import Platform
import Synchronization
import TestSupport

/// A PostgreSQL of a test process's own, on a Unix socket in a temporary folder. A supervisor stops it and removes the
/// folder when the test process ends, in whatever way.
package final class PostgresServer: Sendable {
    /// The folder of the socket, the data and the log.
    package let directory: String

    /// The process that keeps the server up; it ends when its input does.
    private struct Supervisor {
        let program: ChildProgram
        let input: Int32

        func stop() {
            close(input)
            program.wait()
        }
    }

    /// Stopped when the process ends as it should.
    private static let supervisors: Mutex<[Supervisor]> = {
        atexit { PostgresServer.stopAll() }
        return Mutex([])
    }()

    private static func stopAll() {
        let supervisors = supervisors.withLock { supervisors in
            defer { supervisors = [] }
            return supervisors
        }
        for supervisor in supervisors { supervisor.stop() }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts a server.
    ///
    /// - Parameter settings: Further settings, such as `max_connections=50`.
    /// - Throws: ``Failure`` if it does not start.
    package init(settings: [String] = []) throws {
        directory = try Self.supervise(Self.script, settings)
    }

    /// Starts a PgBouncer before the server, in transaction mode.
    ///
    /// - Returns: The folder of its socket; its port is 6432.
    /// - Throws: ``Failure`` if it does not start.
    package func startPooler() throws -> String {
        try Self.supervise(Self.poolerScript, [directory])
    }

    /// Runs a script that writes the folder of a socket, and lives until its input ends.
    private static func supervise(_ script: String, _ arguments: [String]) throws -> String {
        let (input, output) = (try ChildProgram.pipe(), try ChildProgram.pipe())
        defer { close(output.reading) }
        // In a session of its own, so that it outlives whoever ends that of the tests.
        let run = ["/usr/bin/setsid", "--wait", "/bin/sh", "-c", "cd /\n" + script, "of-tests"] + arguments
        // Neither server runs as root.
        let command = geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + run : run
        let program = try ChildProgram(command, input: input.reading, output: output.writing)
        close(input.reading)
        close(output.writing)
        supervisors.withLock { $0.append(Supervisor(program: program, input: input.writing)) }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.reading, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard line.first == UInt8(ascii: "/") else {
            throw Failure(description: "a server did not start; `scripts/bootstrap shells` installs it")
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// The address of a database, for Keyway and for libpq's own programs.
    package func address(of database: String) -> String {
        "postgresql:///\(database)?host=\(directory)&user=keyway"
    }

    /// The process id of the server.
    package var processID: pid_t? {
        guard let text = try? String(contentsOfFile: "\(directory)/data/postmaster.pid", encoding: .utf8) else {
            return nil
        }
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// Kills the server as a loss of power would, all of its processes; the supervisor starts it again.
    package func kill() throws {
        // It may be about to start.
        for _ in 0..<6_000 {
            if let process = processID {
                Platform.kill(process, SIGQUIT)
                return
            }
            usleep(10_000)
        }
        throw Failure(description: "the server is not up")
    }

    private static let script = """
        bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
        [ -n "$bin" ] || exit 1
        umask 077
        dir=$(mktemp -d /tmp/keyway-postgres.XXXXXX) || exit 1
        "$bin/initdb" -D "$dir/data" -U keyway -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 </dev/null || {
            rm -rf "$dir"; exit 1
        }
        {
            echo "listen_addresses = ''"
            echo "unix_socket_directories = '$dir'"
            echo "fsync = off"
            echo "max_connections = 400"
            echo "shared_buffers = 64MB"
            echo "restart_after_crash = on"
            for setting in "$@"; do echo "$setting"; done
        } >>"$dir/data/postgresql.conf"
        finish() {
            trap '' EXIT INT TERM HUP
            touch "$dir/ending"
            "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
            wait
            rm -rf "$dir"
        }
        trap 'finish; exit 1' EXIT INT TERM HUP
        (
            # A killed server is up again before long, once its last process is gone.
            while [ ! -e "$dir/ending" ]; do
                "$bin/postgres" -D "$dir/data" >>"$dir/log" 2>&1 </dev/null
                sleep 0.05
            done
        ) >/dev/null 2>&1 </dev/null &
        until "$bin/pg_isready" -q -h "$dir" </dev/null; do
            sleep 0.05
            tries=$((${tries:-0} + 1))
            [ "$tries" -lt 1200 ] || exit 1
        done
        echo "$dir"
        exec >/dev/null
        cat >/dev/null
        finish
        """

    private static let poolerScript = """
        umask 077
        dir=$(mktemp -d /tmp/keyway-pgbouncer.XXXXXX) || exit 1
        {
            echo "[databases]"
            echo "* = host=$1 user=keyway"
            echo "[pgbouncer]"
            echo "listen_addr ="
            echo "unix_socket_dir = $dir"
            echo "auth_type = any"
            echo "pool_mode = transaction"
            echo "default_pool_size = 4"
            echo "max_client_conn = 400"
            echo "logfile = $dir/log"
        } >"$dir/ini"
        /usr/sbin/pgbouncer -q "$dir/ini" >/dev/null 2>&1 </dev/null &
        pooler=$!
        trap 'kill -KILL $pooler; rm -rf "$dir"; exit 1' EXIT INT TERM HUP
        until [ -S "$dir/.s.PGSQL.6432" ]; do
            sleep 0.05
            tries=$((${tries:-0} + 1))
            [ "$tries" -lt 1200 ] || exit 1
        done
        echo "$dir"
        exec >/dev/null
        cat >/dev/null
        trap '' EXIT
        kill $pooler
        wait $pooler 2>/dev/null
        rm -rf "$dir"
        """
}
