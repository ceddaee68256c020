//! Texts in both languages, and the macro for the floor's closed vocabularies.

/// A text shown to people, in Chinese and in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// One closed list of words: the enum, its values in order, the code used in packs and the name shown to people.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $list:ident { $($(#[$doc:meta])* $word:ident, $code:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $list {
            $($(#[$doc])* #[serde(rename = $code)] $word,)+
        }

        impl $list {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word used in packs.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$word => $code,)+ }
            }

            /// The name shown to people.
            pub const fn name(self) -> $crate::law::floor::Text {
                match self { $(Self::$word => $crate::law::floor::Text { zh: $zh, en: $en },)+ }
            }
        }
    };
}

pub(super) use vocabulary;
