//! Whose reading of YAML is meant.

/// Whose reading of YAML is meant. The two agree on all but about one real card in 200.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Dialect {
    /// The Hub's: `no`, `1:30` and dates are texts, `010` is ten, a key that is there twice is an error.
    #[default]
    Hub,
    /// That of the Hub's Python client: YAML 1.1 as PyYAML 6.0.3 reads it with `safe_load`. `no` is false, `010` is
    /// eight, `1:30` is ninety, the last of two keys counts, `2022-13-45` is an error, and so is a tab between two
    /// values.
    ///
    /// What Python has and a [`Value`](crate::Value) has not becomes the nearest there is: a date the text it was
    /// written as, a set a list, bytes a text where they are UTF-8, and a whole number beyond 64 bits a float.
    Python,
}
