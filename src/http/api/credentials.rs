//! One's own credentials and API tokens. Changes ask for a fresh factor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::casework::signin::credentials::{
    CredentialsView, FirstCode, NewTotp, PasswordChange, RecoveryCodes,
};
use crate::casework::signin::passkeys::{NewPasskey, PasskeyOptions, PasskeyView};
use crate::casework::signin::tokens::{ApiTokenView, MadeApiToken, NewApiToken};
use crate::http::caller::{Body, Named};
use crate::http::session::{InPerson, NewToken};
use crate::http::{App, Problem};

/// What I can show to sign in.
#[utoipa::path(get, path = "/api/v1/credentials", tag = "credentials", responses((status = 200, body = CredentialsView)))]
pub async fn read(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
) -> Result<Json<CredentialsView>, Problem> {
    Ok(Json(app.service.credentials(&caller).await?))
}

/// Change my password. My other sessions end.
#[utoipa::path(put, path = "/api/v1/credentials/password", tag = "credentials", request_body = PasswordChange,
    responses((status = 204), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn password(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Body(change): Body<PasswordChange>,
) -> Result<impl IntoResponse, Problem> {
    let token = app.service.change_password(&caller, &session, &change).await?;
    Ok((StatusCode::NO_CONTENT, NewToken(Some(token)), ()))
}

/// Make a new seed of one-time codes. The old one stays in force until the new one's first code is shown.
#[utoipa::path(post, path = "/api/v1/credentials/totp", tag = "credentials", responses((status = 201, body = NewTotp)))]
pub async fn new_totp(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
) -> Result<(StatusCode, Json<NewTotp>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.new_totp(&caller).await?)))
}

/// Put a new seed in force by its first code. My other sessions end.
#[utoipa::path(post, path = "/api/v1/credentials/totp/confirmation", tag = "credentials", request_body = FirstCode,
    responses((status = 204), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn confirm_totp(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Body(first): Body<FirstCode>,
) -> Result<impl IntoResponse, Problem> {
    let token = app.service.confirm_totp(&caller, &session, &first).await?;
    Ok((StatusCode::NO_CONTENT, NewToken(Some(token)), ()))
}

/// Make new recovery codes in place of any before. They are shown once.
#[utoipa::path(post, path = "/api/v1/credentials/recovery-codes", tag = "credentials", responses((status = 201, body = RecoveryCodes)))]
pub async fn recovery_codes(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
) -> Result<(StatusCode, Json<RecoveryCodes>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.new_recovery_codes(&caller).await?)))
}

/// Sign in with passkeys only: take my password, one-time codes and recovery codes away.
#[utoipa::path(delete, path = "/api/v1/credentials/password", tag = "credentials",
    responses((status = 204), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn drop_password(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
) -> Result<impl IntoResponse, Problem> {
    let token = app.service.drop_password(&caller, &session).await?;
    Ok((StatusCode::NO_CONTENT, NewToken(Some(token)), ()))
}

/// What an authenticator is to be asked for another passkey of mine.
#[utoipa::path(post, path = "/api/v1/credentials/passkeys/options", tag = "credentials", responses((status = 201, body = PasskeyOptions)))]
pub async fn new_passkey(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
) -> Result<(StatusCode, Json<PasskeyOptions>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.new_passkey(&caller).await?)))
}

/// Register another passkey. My other sessions end.
#[utoipa::path(post, path = "/api/v1/credentials/passkeys", tag = "credentials", request_body = NewPasskey,
    responses((status = 201, body = PasskeyView), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn add_passkey(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Body(new): Body<NewPasskey>,
) -> Result<impl IntoResponse, Problem> {
    let (view, token) = app.service.add_passkey(&caller, &session, &new).await?;
    Ok((StatusCode::CREATED, NewToken(Some(token)), Json(view)))
}

/// Take one of my passkeys away. My other sessions end.
#[utoipa::path(delete, path = "/api/v1/credentials/passkeys/{id}", tag = "credentials", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn drop_passkey(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Named(id): Named<Uuid>,
) -> Result<impl IntoResponse, Problem> {
    let token = app.service.drop_passkey(&caller, &session, id).await?;
    Ok((StatusCode::NO_CONTENT, NewToken(Some(token)), ()))
}

/// My API tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "credentials", responses((status = 200, body = Vec<ApiTokenView>)))]
pub async fn tokens(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
) -> Result<Json<Vec<ApiTokenView>>, Problem> {
    Ok(Json(app.service.api_tokens(&caller).await?))
}

/// Make an API token for my own programs. It is shown once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "credentials", request_body = NewApiToken,
    responses((status = 201, body = MadeApiToken), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn make_token(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
    Body(new): Body<NewApiToken>,
) -> Result<(StatusCode, Json<MadeApiToken>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.make_api_token(&caller, &new).await?)))
}

/// End one of my API tokens.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "credentials", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn end_token(
    State(app): State<App>,
    InPerson(caller, _): InPerson,
    Named(id): Named<Uuid>,
) -> Result<StatusCode, Problem> {
    app.service.end_api_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
