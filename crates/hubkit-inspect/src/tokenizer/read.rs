//! Reading a tokenizer: once from front to back, without keeping its vocabulary.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::sketch::Sketch;

/// The most entries beside the vocabulary that are kept of an object.
const MOST_ENTRIES: usize = 64;

/// The most added tokens, which are kept.
const MOST_ADDED: usize = 1_000_000;

/// What is kept of a tokenizer.
#[derive(Default, Debug)]
pub(super) struct Tokenizer {
    pub(super) has_model: bool,
    /// How many tokens the model has.
    pub(super) vocabulary: u64,
    /// How many of them are among the added ones.
    pub(super) known: u64,
    pub(super) merges: Option<u64>,
    is_list: bool,
    /// What else the model says.
    pub(super) model: BTreeMap<String, Sketch>,
    pub(super) added: Added,
    /// What else is said.
    pub(super) rest: BTreeMap<String, Sketch>,
    /// Names that stand twice in one object.
    pub(super) twice: Vec<String>,
    /// Whether the vocabulary came before the added tokens.
    pub(super) model_came_first: bool,
}

impl Tokenizer {
    /// The kind of the model. Old files do not say it.
    pub(super) fn kind(&self) -> String {
        match self.model.get("type") {
            Some(Sketch::Text(kind)) => kind.clone(),
            _ if self.merges.is_some() => "BPE".to_owned(),
            _ if self.is_list => "Unigram".to_owned(),
            _ if self.model.contains_key("max_input_chars_per_word") => "WordPiece".to_owned(),
            _ => "WordLevel".to_owned(),
        }
    }
}

/// The tokens that are added to a model's own.
#[derive(Default, Debug)]
pub(super) struct Added {
    pub(super) contents: HashSet<String>,
    /// The special ones, in the order of the file.
    pub(super) special: Vec<String>,
}

/// Reads a tokenizer of which these added tokens are known already.
pub(super) fn tokenizer(json: &[u8], known: HashSet<String>) -> serde_json::Result<Tokenizer> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut tokenizer = Tokenizer::default();
    let known_before = !known.is_empty();
    tokenizer.added.contents = known;
    deserializer.deserialize_map(Whole(&mut tokenizer))?;
    deserializer.end()?;
    tokenizer.model_came_first &= !known_before;
    Ok(tokenizer)
}

/// The next key of a map, which is noted where it was `seen` before.
fn next_key<'de, A: MapAccess<'de>>(
    map: &mut A,
    seen: &mut HashSet<String>,
    twice: &mut Vec<String>,
) -> Result<Option<String>, A::Error> {
    let Some(key) = map.next_key::<String>()? else {
        return Ok(None);
    };
    if !seen.insert(key.clone()) {
        twice.push(key.clone());
    }
    if seen.len() > MOST_ENTRIES || twice.len() > MOST_ENTRIES {
        return Err(A::Error::custom(format!(
            "expected at most {MOST_ENTRIES} entries"
        )));
    }
    Ok(Some(key))
}

struct Whole<'read>(&'read mut Tokenizer);

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tokenizer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(tokenizer) = self;
        let mut seen = HashSet::new();
        while let Some(key) = next_key(&mut map, &mut seen, &mut tokenizer.twice)? {
            match key.as_str() {
                "model" => {
                    (tokenizer.has_model, tokenizer.vocabulary, tokenizer.known) = (true, 0, 0);
                    map.next_value_seed(Model(tokenizer))?;
                }
                "added_tokens" => {
                    tokenizer.model_came_first = tokenizer.has_model;
                    map.next_value_seed(AddedTokens(&mut tokenizer.added))?;
                }
                _ => {
                    let value = map.next_value()?;
                    tokenizer.rest.insert(key, value);
                }
            }
        }
        Ok(())
    }
}

struct Model<'read>(&'read mut Tokenizer);

impl<'de> DeserializeSeed<'de> for Model<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Model<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(tokenizer) = self;
        let mut seen = HashSet::new();
        while let Some(key) = next_key(&mut map, &mut seen, &mut tokenizer.twice)? {
            match key.as_str() {
                "vocab" => {
                    let known = &tokenizer.added.contents;
                    let vocabulary = map.next_value_seed(Vocabulary { known })?;
                    tokenizer.is_list = vocabulary.is_list;
                    (tokenizer.vocabulary, tokenizer.known) = (vocabulary.tokens, vocabulary.known);
                }
                "merges" => tokenizer.merges = Some(map.next_value::<Count>()?.0),
                _ => {
                    let value = map.next_value()?;
                    tokenizer.model.insert(key, value);
                }
            }
        }
        Ok(())
    }
}

/// How many values a list has.
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counter;

        impl<'de> Visitor<'de> for Counter {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count(count))
            }
        }

        deserializer.deserialize_seq(Counter)
    }
}

/// Counts the tokens of a model: an object of tokens and numbers, or a list of tokens and scores.
struct Vocabulary<'read> {
    known: &'read HashSet<String>,
}

#[derive(Default)]
struct Counted {
    tokens: u64,
    known: u64,
    is_list: bool,
}

impl<'de> DeserializeSeed<'de> for Vocabulary<'_> {
    type Value = Counted;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Counted, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Vocabulary<'_> {
    type Value = Counted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a vocabulary")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Counted, A::Error> {
        let mut counted = Counted::default();
        while let Some(is_known) = map.next_key_seed(Token { known: self.known })? {
            counted.tokens += 1;
            counted.known += u64::from(is_known);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(counted)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Counted, A::Error> {
        let mut counted = Counted {
            is_list: true,
            ..Counted::default()
        };
        while let Some(is_known) = list.next_element_seed(Scored { known: self.known })? {
            counted.tokens += 1;
            counted.known += u64::from(is_known);
        }
        Ok(counted)
    }
}

/// A token with its score: a list that starts with the token.
struct Scored<'read> {
    known: &'read HashSet<String>,
}

impl<'de> DeserializeSeed<'de> for Scored<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Scored<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token and its score")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let is_known = list.next_element_seed(Token { known: self.known })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        is_known.ok_or_else(|| A::Error::custom("expected a token and its score, found nothing"))
    }
}

/// Whether a token is one of those that are known.
struct Token<'read> {
    known: &'read HashSet<String>,
}

impl<'de> DeserializeSeed<'de> for Token<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Token<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }

    fn visit_str<E>(self, token: &str) -> Result<bool, E> {
        Ok(self.known.contains(token))
    }
}

struct AddedTokens<'read>(&'read mut Added);

impl<'de> DeserializeSeed<'de> for AddedTokens<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for AddedTokens<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tokens")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(added) = self;
        while let Some(AddedToken { content, special }) = list.next_element()? {
            if special {
                added.special.push(content.clone());
            }
            added.contents.insert(content);
            if added.contents.len().max(added.special.len()) > MOST_ADDED {
                return Err(A::Error::custom(format!(
                    "expected at most {MOST_ADDED} added tokens"
                )));
            }
        }
        Ok(())
    }
}

struct AddedToken {
    content: String,
    special: bool,
}

impl<'de> Deserialize<'de> for AddedToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;

        impl<'de> Visitor<'de> for Entry {
            type Value = AddedToken;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an added token")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AddedToken, A::Error> {
                let (mut content, mut special) = (None, false);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "content" => content = Some(map.next_value()?),
                        "special" => special = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let content = content.ok_or_else(|| A::Error::missing_field("content"))?;
                Ok(AddedToken { content, special })
            }
        }

        deserializer.deserialize_map(Entry)
    }
}
