//! The resident identity number of the People's Republic of China (GB 11643): its shape and its check digit.

/// Weights of the first seventeen digits, GB 11643 (ISO 7064 MOD 11-2: powers of two modulo eleven).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check character for each remainder.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// What is wrong with an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberFault {
    /// Not eighteen characters.
    #[error("an identity number has eighteen characters")]
    Length,
    /// A character that cannot stand there.
    #[error("an identity number has seventeen digits and then a digit or X")]
    Character,
    /// The last character does not agree with the others: most often a slip of the pen.
    #[error("the check digit of the identity number does not agree")]
    CheckDigit,
}

/// Checks shape and check digit of an eighteen-character number, `X` in either case. Whether the date and the place in
/// it exist is not checked.
///
/// # Errors
/// The first [`IdNumberFault`] found.
pub fn check_resident_id(number: &str) -> Result<(), IdNumberFault> {
    if number.chars().count() != 18 {
        return Err(IdNumberFault::Length);
    }
    let last = number.chars().next_back().ok_or(IdNumberFault::Length)?.to_ascii_uppercase();
    let expected = check_digit(number).ok_or(IdNumberFault::Character)?;
    match last {
        _ if last == expected => Ok(()),
        '0'..='9' | 'X' => Err(IdNumberFault::CheckDigit),
        _ => Err(IdNumberFault::Character),
    }
}

/// The check character for the first seventeen characters; `None` unless they are digits.
fn check_digit(number: &str) -> Option<char> {
    let mut sum = 0;
    let mut digits = number.chars();
    for weight in WEIGHTS {
        sum += weight * digits.next()?.to_digit(10)?;
    }
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The eighteen-character form of a fifteen-digit number of before 1999, or `None` if it is not one: the century 19 is
/// added to the year of birth, and the check digit at the end.
pub(super) fn modern_form(number: &str) -> Option<String> {
    if number.len() != 15 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (region, rest) = number.split_at_checked(6)?;
    let mut modern = format!("{region}19{rest}");
    modern.push(check_digit(&modern)?);
    Some(modern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_agree_with_the_standard() {
        // The worked example of GB 11643, one ending in X, and lower case.
        for good in ["11010519491231002X", "11010519491231002x", "440524188001010014"] {
            assert_eq!(check_resident_id(good), Ok(()), "{good}");
        }
        let cases = [
            ("110105194912310021", IdNumberFault::CheckDigit),
            ("440524188001010041", IdNumberFault::CheckDigit),
            ("11010519491231002Y", IdNumberFault::Character),
            ("1101051949123100XX", IdNumberFault::Character),
            ("１１010519491231002X", IdNumberFault::Character),
            ("11010519491231002", IdNumberFault::Length),
            ("", IdNumberFault::Length),
        ];
        for (bad, fault) in cases {
            assert_eq!(check_resident_id(bad), Err(fault), "{bad}");
        }
    }

    #[test]
    fn every_single_slip_is_seen() {
        let good = "11010519491231002X";
        for at in 0..17 {
            for digit in '0'..='9' {
                let slip: String =
                    good.chars().enumerate().map(|(n, c)| if n == at { digit } else { c }).collect();
                assert_eq!(check_resident_id(&slip).is_ok(), slip == good, "{slip}");
            }
        }
    }

    #[test]
    fn an_old_number_becomes_the_modern_one() {
        let modern = modern_form("110105491231002").unwrap();
        assert_eq!(modern, "11010519491231002X");
        assert_eq!(modern_form("11010549123100X"), None);
    }
}
