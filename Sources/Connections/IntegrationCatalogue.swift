/// Every integration, in the reference's order.
package enum IntegrationCatalogue {
    package static let all: [Integration] = [
        .aws,
        .anthropic,
        .asana,
        .azure,
        .circleCI,
        .clickUp,
        .cloudflare,
        .configCat,
        .datadog,
        .fastly,
        .freshservice,
        .gcp,
        .gemini,
        .gitLab,
        .greyNoise,
        .http,
        .launchDarkly,
        .notion,
        .okta,
        .openAI,
        .serviceNow,
        .split,
        .statsig,
        .virusTotal,
    ]
}
