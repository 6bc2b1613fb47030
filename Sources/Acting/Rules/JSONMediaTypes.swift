/// The media types that every server reads as JSON: those that are registered. Another that ends with `+json` is one
/// server's JSON, and to the next it is unknown, which may mean a form.
enum JSONMediaTypes {
    /// Whether a media type in lower case and without parameters is one of them.
    static func contain(_ type: String) -> Bool {
        if type == "application/json" { return true }
        guard type.hasPrefix("application/"), type.hasSuffix("+json") else { return false }
        return registered.contains(type.dropFirst("application/".count).dropLast("+json".count))
    }

    private static let registered = Set(list.split(whereSeparator: \.isWhitespace))

    /// From IANA's registry of `application/…+json`, as media-types of Debian 12 has it.
    private static let list = """
        3gpphal 3gpphalforms emergencycalldata.legacyesn ace activity aif alto-cdni alto-cdnifilter alto-costmap
        alto-costmapfilter alto-directory alto-endpointcost alto-endpointcostparams alto-endpointprop
        alto-endpointpropparams alto-error alto-networkmap alto-networkmapfilter alto-propmap alto-propmapparams
        alto-updatestreamcontrol alto-updatestreamparams atsc-rdt calendar captive city coap-group csvm cwl dicom
        dns elm expect-ct-report fhir geo jf2feed jose jrd jscalendar json-patch jwk jwk-set ld linkset manifest
        merge-patch mud ppsp-tracker problem pvd rdap reputon sarif sarif-external-properties scim senml senml-etch
        sensml spdx stix taxii td tlsrpt tm vcard vnd.amadeus vnd.api vnd.aplextor.warrp vnd.apothekende.reservation
        vnd.artisan vnd.avalon vnd.bbf.usp.msg vnd.bekitzur-stech vnd.byu.uapi vnd.capasystems-pg vnd.collection
        vnd.collection.doc vnd.collection.next vnd.coreos.ignition vnd.cryptii.pipe vnd.cyclonedx vnd.datapackage
        vnd.dataresource vnd.document vnd.drive vnd.eclipse.ditto vnd.eu.kasparian.car vnd.futoin vnd.gentics.grd
        vnd.gnu.taler.exchange vnd.gnu.taler.merchant vnd.hal vnd.hc vnd.heroku vnd.hyper vnd.hyper-item
        vnd.hyperdrive vnd.ims.lis.v2.result vnd.ims.lti.v2.toolconsumerprofile vnd.ims.lti.v2.toolproxy
        vnd.ims.lti.v2.toolproxy.id vnd.ims.lti.v2.toolsettings vnd.ims.lti.v2.toolsettings.simple vnd.las.las
        vnd.leap vnd.mason vnd.micro vnd.miele vnd.nacamar.ybrid vnd.nearst.inv vnd.oci.image.manifest.v1
        vnd.oftn.l10n vnd.oma.lwm2m vnd.oracle.resource vnd.pagerduty vnd.restful vnd.seis vnd.shootproof
        vnd.shopkick vnd.siren vnd.syft vnd.tableschema vnd.think-cell.ppttc vnd.vel vnd.veritone.aion vnd.xacml
        voucher-cms webpush-options yang-data yang-patch
        """
}
