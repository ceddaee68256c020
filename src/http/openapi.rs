//! The OpenAPI 3.1 description, generated from the handlers.

use std::collections::BTreeSet;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, Schema};

use super::COOKIE;
use super::api::{
    assessments, assign, cases, child, copies, credentials, duties, forms, ledger, measures, outcomes, packs,
    records, session, staff, status, work,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tutela", description = "A child's criminal case from the first file to the sealed record. 未成年人刑事案件全程办理。\n\nEvery POST takes an `Idempotency-Key` of 1 to 200 printable characters: the same key and body are done once. What is done in a case gives its first answer again; other requests give it again for a minute, and afterwards say that they were done (409 `done-before`). 每个 POST 请求均可带 Idempotency-Key（1 至 200 个可打印字符），同一键和内容只办理一次。"),
    paths(
        status::healthz, status::readyz, status::metrics, status::openapi,
        packs::list, packs::read, packs::offices,
        staff::create_office, staff::members, staff::create_account, staff::propose, staff::set_state, staff::invite,
        staff::deputies,
        staff::add_deputy, staff::end_deputy, staff::hand_over, staff::role_changes, staff::decide_role,
        duties::transfers_of, duties::offer, duties::transfers, duties::accept, duties::refuse, duties::withdraw,
        duties::break_glass, duties::emergencies, duties::review, duties::notices, duties::read_notice, duties::lookers,
        forms::list, forms::read,
        assessments::request, assessments::begin, assessments::list, assessments::read, assessments::draft, assessments::save,
        assessments::accept, assessments::decline, assessments::withdraw, assessments::submit, assessments::send_back,
        assessments::adopt, assessments::release, assessments::correct,
        measures::catalogue, measures::propose, measures::list, measures::read, measures::decide, measures::work,
        measures::links, measures::link, measures::unlink,
        child::sheet, child::style, child::voices, child::add_voice, child::complain, child::complaints, child::assign_complaint,
        child::answer_complaint, child::feed, child::make_feed, child::drop_feed, child::calendar,
        work::list, work::seen, work::misses, work::answer_for, work::mail, work::set_mail, work::drop_mail,
        assign::several, assign::history, assign::exclusions, assign::exclude, assign::lift,
        cases::open, cases::list, cases::find, cases::read, cases::offers, cases::safeguards, cases::assign, cases::act, cases::people,
        cases::add_person, cases::journal, cases::clocks, cases::trail, cases::proof,
        records::items, records::seal_item, records::unseal_item, records::queue, records::queries, records::ask, records::query, records::decide, records::certify,
        records::certificate,
        session::sign_in, session::who_am_i, session::sign_out, session::step_up, session::sessions, session::end_others, session::end,
        credentials::read, credentials::password, credentials::new_totp, credentials::confirm_totp, credentials::recovery_codes, credentials::drop_password, credentials::new_passkey, credentials::add_passkey, credentials::drop_passkey,
        credentials::tokens, credentials::make_token, credentials::end_token,
        ledger::checkpoint,
        copies::list, copies::make, copies::recall,
        outcomes::read, outcomes::export,
    ),
    components(schemas(crate::casework::find::Worklist, crate::casework::work::Of, crate::casework::work::Kind, child::Language)),
    security(("bearer" = []), ("session" = [])),
    modifiers(&Schemes, &CommonProblems, &PartsOfAWhole)
)]
struct Described;

struct Schemes;

impl utoipa::Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "An API token: made by its person at `/api/v1/tokens`, or with `tutela user token`",
                ))
                .build(),
        );
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", scheme);
        let cookie =
            ApiKeyValue::with_description(COOKIE, "The session of a person who signed in at a browser");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Problems that any signed-in request may meet before its handler runs.
struct CommonProblems;

impl utoipa::Modify for CommonProblems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let common = [
            ("400", "The request is malformed"),
            ("401", "No valid session or bearer token"),
            ("403", "Not with this token, not without a fresh factor, or sent by another site"),
            ("413", "The body is too large"),
            ("415", "The body is not JSON"),
            ("429", "Too much was wrong; `Retry-After` says how long to wait"),
            ("404", "There is no such thing, or this person may not know of it"),
            ("503", "The database cannot be used right now; nothing was changed"),
        ];
        for (path, item) in &mut openapi.paths.paths {
            if !path.starts_with("/api/v1/") {
                continue;
            }
            for operation in
                [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
            {
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

/// What is read strictly by itself may stand beside more: a step of a measure beside its kind, and both beside written
/// reasons. JSON Schema holds each part of an `allOf` to the whole, so such a part forbids nothing more.
struct PartsOfAWhole;

impl utoipa::Modify for PartsOfAWhole {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let Some(components) = &mut openapi.components else { return };
        let mut parts = BTreeSet::new();
        for schema in components.schemas.values() {
            parts_of(schema, &mut parts);
        }
        for name in parts {
            if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name) {
                object.additional_properties = None;
            }
        }
    }
}

/// Names of what stands in an `allOf` of this schema.
fn parts_of(schema: &RefOr<Schema>, parts: &mut BTreeSet<String>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::AllOf(all) => {
            for item in &all.items {
                match item {
                    RefOr::Ref(named) => {
                        parts.extend(named.ref_location.rsplit('/').next().map(str::to_owned));
                    }
                    whole @ RefOr::T(_) => parts_of(whole, parts),
                }
            }
        }
        Schema::OneOf(one) => one.items.iter().for_each(|item| parts_of(item, parts)),
        _ => {}
    }
}

/// The description of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
