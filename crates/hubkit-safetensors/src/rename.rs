//! Other names for tensors.

use std::{error, fmt, str::FromStr};

use crate::error::shown;

/// What tensors are to be called instead: `OLD=NEW` for one, or `OLD*=NEW*` for all whose names start with `OLD`, of which
/// the rest stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenameRule {
    old: String,
    new: String,
    is_prefix: bool,
}

impl RenameRule {
    /// The new name of a tensor, if the rule is about it.
    pub fn apply(&self, name: &str) -> Option<String> {
        let rest = name.strip_prefix(&self.old)?;
        (self.is_prefix || rest.is_empty()).then(|| format!("{}{rest}", self.new))
    }
}

impl FromStr for RenameRule {
    type Err = ParseRenameRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || ParseRenameRuleError(shown(text));
        let (old, new) = text.split_once('=').ok_or_else(fault)?;
        let (stem, new_stem) = (old.strip_suffix('*'), new.strip_suffix('*'));
        let rule = match (stem, new_stem) {
            (Some(old), Some(new)) => (old, new, true),
            (None, None) if !old.is_empty() && !new.is_empty() => (old, new, false),
            _ => return Err(fault()),
        };
        if rule.0.contains('*') || rule.1.contains('*') {
            return Err(fault());
        }
        Ok(Self {
            old: rule.0.to_owned(),
            new: rule.1.to_owned(),
            is_prefix: rule.2,
        })
    }
}

impl fmt::Display for RenameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_prefix { "*" } else { "" };
        write!(f, "{}{star}={}{star}", self.old, self.new)
    }
}

/// The text does not say what tensors are to be called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseRenameRuleError(String);

impl fmt::Display for ParseRenameRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` does not rename: expected OLD=NEW, or OLD*=NEW* with the star at both ends",
            self.0
        )
    }
}

impl error::Error for ParseRenameRuleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_or_all_that_start_alike() {
        let check = |rule: &str, name: &str, expected: Option<&str>| {
            let rule: RenameRule = rule.parse().expect(rule);
            assert_eq!(rule.apply(name).as_deref(), expected);
        };
        check("a=b", "a", Some("b"));
        check("a=b", "a.x", None);
        check("model.*=*", "model.norm.weight", Some("norm.weight"));
        check("*=bert.*", "pooler", Some("bert.pooler"));
        check("model.*=bert.*", "models", None);
        check("a=b=c", "a", Some("b=c"));
        for wrong in ["a", "=b", "a=", "a*=b", "a=b*", "a*b=c", "*a*=b*"] {
            assert!(wrong.parse::<RenameRule>().is_err(), "{wrong}");
        }
    }
}
