//! RFC 9457 problem details in both languages, and the only place that chooses status codes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::casework::CaseworkError;
use crate::law::Reason;
use crate::law::pack::Level;
use crate::record::Text;
use crate::store::StoreError;

/// Where the types of problems are explained; relative, so that it works on every installation.
const TYPES: &str = "/problems/";
/// Kind of problem when the sealer is needed.
const SEALER_AWAY: &str = "sealer-away";

/// Marks an answer that the sealer should have given.
#[derive(Clone, Copy)]
pub(super) struct ForSealer;

/// A problem as the client gets it: `application/problem+json`.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Kind of problem; stable.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words, English (RFC 9457 `title`).
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here, English.
    pub detail: String,
    /// Kind and detail in both languages.
    pub texts: ProblemTexts,
    /// Every reason, with its rule, source and what is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The version of the case now, where that is what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
}

/// A problem's words in both languages.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemTexts {
    /// Kind.
    pub title: Text,
    /// What is wrong here.
    pub detail: Text,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(status: StatusCode, kind: &str, title: Text, detail: Text) -> Self {
        Self {
            kind: format!("{TYPES}{kind}"),
            title: title.en.clone(),
            status: status.as_u16(),
            detail: detail.en.clone(),
            texts: ProblemTexts { title, detail },
            reasons: Vec::new(),
            current_version: None,
        }
    }

    /// No account, or not a valid one; which of the two is not said.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            Text::new("未登录", "Not signed in"),
            Text::new("请求缺少有效的令牌", "the request has no valid bearer token"),
        )
    }

    /// There is no such thing, or this person may not know of it.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            Text::new("未找到", "Not found"),
            Text::new("没有此项，或您无权查看", "there is no such thing, or you may not see it"),
        )
    }

    /// The request's form is wrong.
    pub fn malformed(detail: Text) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            Text::new("请求格式有误", "Malformed request"),
            detail,
        )
    }

    /// The request's body is too large.
    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body",
            Text::new("请求内容无法读取", "The body cannot be read"),
            Text::new("请求内容过大或不完整", "the body is too large or incomplete"),
        )
    }

    fn with(mut self, reasons: Vec<Reason>) -> Self {
        self.reasons = reasons;
        self
    }

    fn refused(reasons: Vec<Reason>) -> Self {
        // What stands in the way comes first; warnings are said aloud only when nothing else does.
        let hard = reasons.iter().any(|r| r.level == Level::Hard);
        let said: Vec<&Reason> = reasons.iter().filter(|r| !hard || r.level == Level::Hard).collect();
        let zh = said.iter().map(|r| r.statement.zh.trim_end_matches('。')).collect::<Vec<_>>().join("；");
        let en = said.iter().map(|r| r.statement.en.trim_end_matches('.')).collect::<Vec<_>>().join("; ");
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "refused",
            Text::new("依法不予办理", "Refused by law"),
            Text::new(zh, en),
        )
        .with(reasons)
    }

    fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            Text::new("内部错误", "Internal error"),
            Text::new(
                "服务出错，未作任何更改；请凭请求编号联系管理员",
                "the service failed and changed nothing; give the request id to an administrator",
            ),
        )
    }

    fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            Text::new("暂时无法服务", "Unavailable"),
            Text::new(
                "数据库暂时无法使用，未作任何更改，请稍后重试",
                "the database cannot be used right now; nothing was changed, please try again",
            ),
        )
    }
}

impl From<CaseworkError> for Problem {
    fn from(error: CaseworkError) -> Self {
        match error {
            CaseworkError::NotFound => Self::not_found(),
            CaseworkError::NotPermitted { rule } => Self::new(
                StatusCode::FORBIDDEN,
                "not-permitted",
                Text::new("无权办理", "Not permitted"),
                Text::new(
                    format!("您的角色不能办理此事（规则 {rule}）"),
                    format!("your roles do not permit this (rule {rule})"),
                ),
            ),
            CaseworkError::Elsewhere => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                SEALER_AWAY,
                Text::new("封存服务未运行", "The sealer is not there"),
                Text::new(
                    "涉及封存记录的事项由封存服务办理，该服务现未运行；未作任何更改，其他事项不受影响",
                    "what concerns sealed records is done by the sealer, which is not running; nothing was changed, and nothing else is affected",
                ),
            ),
            CaseworkError::Refused(refusal) => Self::refused(refusal.reasons),
            CaseworkError::Invalid(reasons) => {
                let refused = Self::refused(reasons);
                Self {
                    kind: format!("{TYPES}invalid"),
                    title: "Invalid request".into(),
                    texts: ProblemTexts {
                        title: Text::new("请求内容有误", "Invalid request"),
                        ..refused.texts
                    },
                    ..refused
                }
            }
            CaseworkError::Conflict { current } => {
                let detail = Text::new(
                    "本案已被他人更改，请查看最新内容后重试",
                    "somebody else changed the case meanwhile; look at it again and repeat",
                );
                let status = if current > 0 { StatusCode::PRECONDITION_FAILED } else { StatusCode::CONFLICT };
                let mut problem =
                    Self::new(status, "conflict", Text::new("内容已更新", "Changed meanwhile"), detail);
                problem.current_version = (current > 0).then_some(current);
                problem
            }
            CaseworkError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                Text::new("幂等键已用于另一请求", "Idempotency key reused"),
                Text::new(
                    "同一 Idempotency-Key 不能用于不同的请求",
                    "the same Idempotency-Key cannot serve two different requests",
                ),
            ),
            CaseworkError::Taken { what } => Self::new(
                StatusCode::CONFLICT,
                "taken",
                Text::new("已存在", "Already there"),
                Text::new("同名记录已存在", format!("this {what} is already in use")),
            ),
            CaseworkError::Store(error) => {
                tracing::error!(error = %error, "store");
                match error {
                    StoreError::Conflict => Self::from(CaseworkError::Conflict { current: 0 }),
                    StoreError::Unavailable { .. } | StoreError::Full => Self::unavailable(),
                    _ => Self::internal(),
                }
            }
            CaseworkError::Vault(error) => {
                tracing::error!(error = %error, "vault");
                Self::internal()
            }
            CaseworkError::KeysMissing | CaseworkError::KeysForeign => {
                tracing::error!(error = %error, "keys");
                Self::internal()
            }
            CaseworkError::Corrupt { what } => {
                tracing::error!(what, "corrupt");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if self.kind.strip_prefix(TYPES) == Some(SEALER_AWAY) {
            response.extensions_mut().insert(ForSealer);
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
