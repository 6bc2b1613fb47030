import Access
import Documents
import Storage

extension Command {
    private static let organizationName = Operand(
        name: "NAME",
        help: "A name that no other organisation has"
    )

    static let createOrganization = Command(
        name: "orgs create",
        summary: "Create a further organisation, with its first keys",
        discussion: [
            "Nothing of one organisation is visible to another. A server on a data directory must be stopped, nodes on a "
                + "database need not.",
            "The keys are printed once, and exist nowhere else: Keyway keeps only their digests.",
        ],
        operands: [organizationName],
        options: DataLocation.storeOptions + [.json],
        examples: ["keyway orgs create Staging --data-dir /var/lib/keyway"]
    ) { arguments in
        let location = try DataLocation(arguments)
        let store = try location.openStore()
        guard try store.isInitialized() else {
            throw CommandError(
                .configuration,
                "\(location.name) holds no organisation yet\nTry: keyway init \(location.options)"
            )
        }
        let name = arguments[organizationName]
        if let reason = TextFormat.name.fault(in: JSONText(name)) {
            throw CommandError(.usage, "the organisation's name \(reason)")
        }
        guard try !store.organizations().contains(where: { $0.name == name }) else {
            throw CommandError(.cannotCreate, "there is an organisation named \(name): choose another name")
        }
        let new = NewOrganization(name: name, createdBy: "keyway orgs create")
        guard try await store.commit(new.change()) == .committed else {
            throw CommandError(.unavailable, "the organisation was not created; try again")
        }
        await store.close()
        try Terminal.print(arguments.has(.json) ? new.keys.json : "\(name) is created. " + new.keys.text)
    }
}
