//! The OpenAPI 3.1 description, generated from the handlers.

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};

use super::api::{cases, ledger, packs, records, status};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tutela", description = "A child's criminal case from the first file to the sealed record. 未成年人刑事案件全程办理。"),
    paths(
        status::healthz, status::readyz, status::metrics, status::openapi,
        packs::list, packs::read, packs::offices,
        cases::open, cases::list, cases::find, cases::read, cases::offers, cases::safeguards, cases::assign, cases::act, cases::people,
        cases::add_person, cases::journal, cases::clocks, cases::trail, cases::proof,
        records::queue, records::queries, records::ask, records::query, records::decide, records::certify,
        records::certificate,
        ledger::checkpoint,
    ),
    components(schemas(crate::casework::find::Worklist)),
    security(("bearer" = [])),
    modifiers(&Bearer, &CommonProblems)
)]
struct Described;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("A token made with `tutela user token`"))
                .build(),
        );
        openapi.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// Problems that any signed-in request may meet before its handler runs.
struct CommonProblems;

impl utoipa::Modify for CommonProblems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let common = [
            ("400", "The request is malformed"),
            ("401", "No valid bearer token"),
            ("413", "The body is too large"),
            ("415", "The body is not JSON"),
            ("503", "The database cannot be used right now; nothing was changed"),
        ];
        for (path, item) in &mut openapi.paths.paths {
            if !path.starts_with("/api/v1/") {
                continue;
            }
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                for (status, description) in common {
                    let content =
                        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                    let response = ResponseBuilder::new()
                        .description(description)
                        .content("application/problem+json", content);
                    operation
                        .responses
                        .responses
                        .entry(status.to_owned())
                        .or_insert_with(|| response.build().into());
                }
            }
        }
    }
}

/// The description of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
