//! What everybody uses in passwords. Long ones are mostly short ones put together, so that the parts are listed.

/// Parts from published lists of frequent passwords, plain letters and digits; longer ones first where one holds
/// another.
const COMMON: [&str; 96] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx",
    "qazwsxedc",
    "1q2w3e4r",
    "qwerty",
    "azerty",
    "asdfgh",
    "qweasd",
    "qazwsx",
    "zaqwsx",
    "1234567890",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1234",
    "123",
    "0987654321",
    "987654321",
    "87654321",
    "654321",
    "4321",
    "321",
    "abcdefgh",
    "abcdef",
    "abcd",
    "abc",
    "password",
    "passwort",
    "motdepasse",
    "contrasena",
    "passwd",
    "pass",
    "secret",
    "geheim",
    "letmein",
    "welcome",
    "willkommen",
    "administrator",
    "admin",
    "root",
    "login",
    "user",
    "guest",
    "master",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "princess",
    "sunshine",
    "shadow",
    "iloveyou",
    "loveyou",
    "love",
    "trustno1",
    "freedom",
    "whatever",
    "michael",
    "jennifer",
    "hunter",
    "killer",
    "computer",
    "internet",
    "samsung",
    "google",
    "changeme",
    "default",
    "temp",
    "test",
    "demo",
    "hello",
    "ninja",
    "mustang",
    "starwars",
    "pokemon",
    "woaini",
    "aini",
    "nihao",
    "mima",
    "5201314",
    "1314",
    "520",
    "888",
    "666",
    "000",
    "111",
    "summer",
    "winter",
    "spring",
];

/// Words from around this service.
const AROUND: [&str; 14] = [
    "tutela",
    "procuratorate",
    "prosecutor",
    "jianchayuan",
    "jianchaguan",
    "jiancha",
    "juvenile",
    "weichengnian",
    "检察院",
    "检察官",
    "检察",
    "未成年人",
    "未成年",
    "口令密码",
];

/// Runs of keys and characters of which any four in a row are easy.
const RUNS: [&str; 5] = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Length of a run that is taken away.
const RUN: usize = 4;

/// What is left of a password without what is common in it. `around` are words of its owner, such as their name.
pub(super) fn without_common(password: &str, around: &[&str]) -> String {
    let mut left = plain(password);
    let own: Vec<String> = around.iter().flat_map(|words| parts(words)).collect();
    let mut listed: Vec<&str> = own.iter().map(String::as_str).chain(COMMON).chain(AROUND).collect();
    listed.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    for word in listed {
        left = left.replace(word, "");
    }
    left = without_runs(&left);
    // Years, and what is put at the end to please a rule.
    for year in 1950..2050 {
        left = left.replace(&year.to_string(), "");
    }
    left
}

/// Lower-case letters and digits, with the usual disguises taken off.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '@' | '$'))
        .map(|c| match c {
            '@' => 'a',
            '$' => 's',
            other => other,
        })
        .collect::<String>()
        .replace("passw0rd", "password")
}

/// A name as it may be typed: whole, and its parts of two or more characters.
fn parts(words: &str) -> Vec<String> {
    let mut all = vec![plain(words)];
    all.extend(words.split(|c: char| !c.is_alphanumeric()).map(plain));
    all.retain(|word| word.chars().count() >= 2);
    all
}

fn without_runs(text: &str) -> String {
    let mut left = text.to_owned();
    for run in RUNS {
        let forward: Vec<char> = run.chars().collect();
        let backward: Vec<char> = run.chars().rev().collect();
        for letters in [forward, backward] {
            for piece in letters.windows(RUN) {
                left = left.replace(&piece.iter().collect::<String>(), "");
            }
        }
    }
    left
}
