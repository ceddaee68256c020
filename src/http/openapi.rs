//! The OpenAPI 3.1 description, generated from the handlers.

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::api::{cases, ledger, packs, status};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tutela", description = "A child's criminal case from the first file to the sealed record. 未成年人刑事案件全程办理。"),
    paths(
        status::healthz, status::readyz, status::metrics, status::openapi,
        packs::list, packs::read, packs::offices,
        cases::open, cases::list, cases::find, cases::read, cases::offers, cases::safeguards, cases::assign, cases::act, cases::people,
        cases::add_person, cases::journal, cases::clocks, cases::trail, cases::proof,
        ledger::checkpoint,
    ),
    security(("bearer" = [])),
    modifiers(&Bearer)
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

/// The description of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
