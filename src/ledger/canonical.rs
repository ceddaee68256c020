//! Canonical JSON (RFC 8785, JCS): one value, one byte string.

use serde::Serialize;
use serde_json::Value;

/// The largest integer that every JSON reader keeps exactly (RFC 8785 §3.2.2.3, IEEE 754 doubles).
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number with a fraction or beyond ±(2^53 − 1): readers would disagree about it.
    #[error("a number is not an integer within ±(2^53 − 1)")]
    Number,
    /// The value cannot be JSON at all, such as a map whose keys are not strings.
    #[error("the value cannot be written as JSON")]
    NotJson,
}

/// The canonical bytes of `value`: keys in UTF-16 order, no spaces, shortest escapes.
///
/// # Errors
/// [`CanonicalError`]; numbers other than safe integers are refused rather than rounded.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|_| CanonicalError::NotJson)?;
    let mut out = Vec::new();
    write(&value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let size = match (number.as_u64(), number.as_i64()) {
                (Some(size), _) => size,
                (None, Some(negative)) => negative.unsigned_abs(),
                (None, None) => return Err(CanonicalError::Number),
            };
            if size > MAX_SAFE_INTEGER {
                return Err(CanonicalError::Number);
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(name, out)?;
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// `serde_json` already escapes as RFC 8785 §3.2.2.2 asks: the two-letter escapes, `\u00xx` in
/// lower case for other controls, everything else as it is.
fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    serde_json::to_writer(out, text).map_err(|_| CanonicalError::NotJson)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(json: &str) -> Result<String, CanonicalError> {
        let value: Value = serde_json::from_str(json).unwrap();
        to_vec(&value).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn rfc_8785_vectors() {
        for (input, expected) in [
            // §3.2.2, without its floating point numbers.
            (
                r#"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#,
                "{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
            ),
            // §3.2.3: order by UTF-16 code units, so the emoji (a surrogate pair) precedes U+FB33.
            (
                r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
                "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}",
            ),
            ("\"\\b\\t\\n\\f\\r\\u001f\\u007f\"", "\"\\b\\t\\n\\f\\r\\u001f\u{7f}\""),
            (r"[ -9007199254740991, 0, 9007199254740991 ]", "[-9007199254740991,0,9007199254740991]"),
            (r#"{"b":{},"a":[ ]}"#, r#"{"a":[],"b":{}}"#),
        ] {
            assert_eq!(canonical(input).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn refuses_numbers_that_readers_would_round() {
        for input in ["1.5", "9007199254740992", "-9007199254740992", "1e400"] {
            let value: Result<Value, _> = serde_json::from_str(input);
            if let Ok(value) = value {
                assert_eq!(to_vec(&value), Err(CanonicalError::Number), "{input}");
            }
        }
    }
}
