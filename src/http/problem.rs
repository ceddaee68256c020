//! RFC 9457 problem details in both languages, and the only place that chooses status codes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::session::ShownWrong;
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
/// Problems that are counted against the address from which they came.
const WRONG: [&str; 2] = ["sign-in-failed", "factor-refused"];

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
    /// Seconds to wait, where waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<i64>,
    /// Nothing but a factor shown a moment ago is missing, as far as one policy says: a page asks for it.
    #[serde(skip)]
    pub(super) asks_factor: bool,
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
            retry_after: None,
            asks_factor: false,
        }
    }

    /// No account, or not a valid one; which of the two is not said.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            Text::new("未登录", "Not signed in"),
            Text::new("请求没有有效的会话或令牌", "the request has no valid session or bearer token"),
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

    /// This is for a person who is signed in at a browser.
    pub fn only_in_person() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "only-in-person",
            Text::new("须本人登录", "Only in person"),
            Text::new(
                "此事须本人登录后办理，不能使用 API 令牌",
                "this is done by a person who is signed in, not with an API token",
            ),
        )
    }

    /// The API token may only look.
    pub fn only_reads() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "token-scope",
            Text::new("令牌权限不足", "Beyond the token's scope"),
            Text::new("此令牌只能查看", "this token may only read"),
        )
    }

    /// Another site made a browser send it.
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross-site",
            Text::new("跨站请求", "Cross-site request"),
            Text::new(
                "请求来自其他网站，或未说明来源",
                "the request comes from another site or does not say from where",
            ),
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

    /// A request with this key and body was done before; what it was answered is not held any more.
    pub(super) fn done_before(request: uuid::Uuid) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "done-before",
            Text::new("此前已办理", "Done before"),
            Text::new(
                format!("同一 Idempotency-Key 的请求（{request}）此前已办理，没有再次办理；请查看现在的情况"),
                format!(
                    "the request with this Idempotency-Key ({request}) was done before and was not done again; look at what is there now"
                ),
            ),
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

    pub(super) fn internal() -> Self {
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

    /// The sealer ended before it answered. What it was asked may have been done.
    pub(super) fn sealer_broke_off() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "sealer-broke-off",
            Text::new("封存服务中断", "The sealer broke off"),
            Text::new(
                "封存服务在答复之前中断，此事可能已经办理；请查看最新情况，或者以同一 Idempotency-Key 重新提交",
                "the sealer ended before it answered, and this may have been done; look again, or repeat it with the same Idempotency-Key",
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

/// The policy that asks for a factor shown a moment ago.
const STEP_UP: &str = "step-up";

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
            CaseworkError::Denied(denial) => Self {
                asks_factor: denial.rule == STEP_UP,
                ..Self::new(
                    StatusCode::FORBIDDEN,
                    "not-permitted",
                    Text::new("无权办理", "Not permitted"),
                    (*denial.why).clone(),
                )
            },
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
            CaseworkError::SignInFailed => Self::new(
                StatusCode::UNAUTHORIZED,
                "sign-in-failed",
                Text::new("登录失败", "Sign-in failed"),
                Text::new(
                    "所提供的信息不正确；请核对后重试",
                    "what was given is not right; check it and try again",
                ),
            ),
            CaseworkError::FactorRefused => Self::new(
                StatusCode::FORBIDDEN,
                "factor-refused",
                Text::new("验证未通过", "Not confirmed"),
                Text::new("口令或验证码不正确", "the password or code is not right"),
            ),
            CaseworkError::StepUp => Self::new(
                StatusCode::FORBIDDEN,
                "step-up-required",
                Text::new("须再次验证", "Confirm that it is you"),
                Text::new(
                    "此操作要求在五分钟内再次验证身份",
                    "this asks for a password, code or passkey shown within the last five minutes",
                ),
            ),
            CaseworkError::TicketGone => Self::new(
                StatusCode::UNAUTHORIZED,
                "sign-in-expired",
                Text::new("登录已超时", "Sign-in expired"),
                Text::new("请重新开始", "please begin again"),
            ),
            CaseworkError::TooMany { seconds } => {
                let detail = Text::new(
                    format!("尝试次数过多，请于 {seconds} 秒后重试"),
                    format!("too many tries; try again in {seconds} s"),
                );
                let title = Text::new("请稍后重试", "Try again later");
                let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", title, detail);
                problem.retry_after = Some(seconds);
                problem
            }
            CaseworkError::ProviderSilent => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "provider-silent",
                Text::new("身份提供方无法使用", "The identity provider cannot be used"),
                Text::new(
                    "身份提供方没有应答，请稍后重试或改用其他登录方式",
                    "the identity provider does not answer; try again later or sign in another way",
                ),
            ),
            CaseworkError::Busy => {
                let detail = Text::new(
                    "登录人数过多，请稍后重试",
                    "too many people are signing in at once; try again in a moment",
                );
                let title = Text::new("繁忙", "Busy");
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", title, detail);
                problem.retry_after = Some(1);
                problem
            }
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
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if WRONG.iter().any(|kind| self.kind.strip_prefix(TYPES) == Some(kind)) {
            response.extensions_mut().insert(ShownWrong);
        }
        // Whoever wants a page gets one made of it.
        response.extensions_mut().insert(self);
        response
    }
}
