//! The command lines of `hubkit safetensors` and `hubkit tensor`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hubkit::{
    RepoKind, RepoPath, Revision,
    safetensors::{FloatWidth, RenameRule},
};

use super::{Format, parse_kind};

/// Make safetensors files of others.
#[derive(Clone, Debug, Subcommand)]
pub enum SafetensorsCommand {
    /// Put the tensors of several files, or of all that an index names, into one
    Merge(Merge),
    /// Put the tensors of a file into several and an index, as transformers does
    Split(Split),
    /// Give tensors other names
    Rename(Rename),
    /// Round numbers to another type
    Cast(Cast),
}

/// Where the result goes.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// The file to write; it is there as a whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace a file that is there already, also one that is read
    #[arg(long)]
    pub force: bool,
}

/// Put the tensors of several files, or of all that an index names, into one.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  hubkit safetensors merge model.safetensors.index.json -o model.safetensors
  hubkit safetensors merge base.safetensors head.safetensors -o whole.safetensors")]
pub struct Merge {
    /// Safetensors files, or the index of some
    #[arg(value_name = "FILE|INDEX", required = true)]
    pub files: Vec<PathBuf>,
    /// Where the result goes.
    #[command(flatten)]
    pub target: Target,
}

/// Put the tensors of a file into several and an index, as transformers does.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:
  hubkit safetensors split model.safetensors --max-size 5GB -o shards")]
pub struct Split {
    /// A safetensors file, or the index of some
    #[arg(value_name = "FILE|INDEX")]
    pub file: PathBuf,
    /// How many bytes of data a file holds at most, as 500MB or 2GiB; a tensor that is larger has a file of its own
    #[arg(long, default_value = "5GB", value_name = "SIZE", value_parser = parse_size)]
    pub max_size: u64,
    /// The folder to write to
    #[arg(long, short, value_name = "FOLDER")]
    pub output: PathBuf,
    /// What the files are called before their numbers
    #[arg(long, default_value = "model", value_name = "NAME", value_parser = parse_stem)]
    pub name: String,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
}

/// Give tensors other names.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "The first rule that is about a name changes it; a rule about none is an error.

Examples:
  hubkit safetensors rename a.safetensors lm_head.weight=output.weight -o b.safetensors
  hubkit safetensors rename a.safetensors 'model.*=*' -o b.safetensors"
)]
pub struct Rename {
    /// A safetensors file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// OLD=NEW for one tensor, OLD*=NEW* for all whose names start with OLD
    #[arg(value_name = "OLD=NEW", required = true)]
    pub rules: Vec<RenameRule>,
    /// Where the result goes.
    #[command(flatten)]
    pub target: Target,
}

/// Round numbers to another type.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Tensors of F64, F32, F16 and BF16 are cast, others stay as they are. Numbers are rounded to the nearest, and
of two to the even one, as PyTorch does it; what is too large becomes infinite.

Example:
  hubkit safetensors cast model.safetensors --to bf16 --only '*.weight' -o small.safetensors"
)]
pub struct Cast {
    /// A safetensors file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The type
    #[arg(long, value_enum, value_name = "TYPE")]
    pub to: Width,
    /// Only tensors whose names match, as `*.weight`. May be given several times
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Where the result goes.
    #[command(flatten)]
    pub target: Target,
}

/// A type that numbers are rounded to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Width {
    /// The upper half of single precision.
    Bf16,
    /// IEEE half precision.
    F16,
    /// IEEE single precision.
    F32,
}

impl From<Width> for FloatWidth {
    fn from(width: Width) -> Self {
        match width {
            Width::Bf16 => Self::Bf16,
            Width::F16 => Self::F16,
            Width::F32 => Self::F32,
        }
    }
}

/// Read tensors of a file, or of a repository without downloading its weights.
#[derive(Debug, Subcommand)]
pub enum TensorCommand {
    /// Write a tensor, or a part of one
    Get(TensorGet),
}

/// Write a tensor, or a part of one.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "A part is named as numpy names it: for each dimension a number, or a range START:STOP of which both may be left out.
Negative numbers count from the end, `...` stands for the dimensions that are not named. Steps are refused.

Of a repository only the ranges that the part takes are fetched. A digest covers whole files, so of such a part nothing but
the connection vouches for the bytes.

Examples:
  hubkit tensor get openai-community/gpt2 'wte.weight[0:8]' -o rows.npy
  hubkit tensor get NAMESPACE/NAME 'model.layers.0.self_attn.q_proj.weight[:, 0]' --as f32 --format json
  hubkit tensor get model.safetensors.index.json lm_head.weight --format raw > weight.bin"
)]
pub struct TensorGet {
    /// A safetensors file, an index or a folder of this machine, a repository, or an address such as
    /// hf://NAMESPACE/NAME/PATH
    #[arg(value_name = "FILE|REPO")]
    pub target: String,
    /// The tensor, and in brackets the part of it: `NAME[10:20, :]`
    #[arg(value_name = "NAME[PART]")]
    pub tensor: String,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
    /// The file, or the index, to look in [default: model.safetensors, or the files that its index names]
    #[arg(long = "file", value_name = "PATH")]
    pub which_file: Option<RepoPath>,
    /// How to write it: as a numpy file, as the bytes that are stored, or as numbers in JSON
    #[arg(long, id = "format", value_parser = parse_tensor_format, default_value = "npy", value_name = "npy|raw|json")]
    pub format: Format,
    /// Write floating-point numbers as singles, also those that numpy does not have
    #[arg(long = "as", value_name = "f32", value_parser = ["f32"])]
    pub cast: Option<String>,
    /// The file to write instead of standard output; it is there as a whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "output")]
    pub force: bool,
}

fn parse_tensor_format(text: &str) -> Result<Format, String> {
    match text {
        "npy" => Ok(Format::Npy),
        "raw" => Ok(Format::Raw),
        "json" => Ok(Format::Json),
        _ => Err("expected npy, raw or json".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let fault = || {
        format!("`{text}` is not a size: expected a number of bytes, or one such as 500MB or 2GiB")
    };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KIB" => 1 << 10,
        "MIB" => 1 << 20,
        "GIB" => 1 << 30,
        "TIB" => 1 << 40,
        _ => return Err(fault()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| fault())?;
    number
        .checked_mul(unit)
        .filter(|size| *size > 0)
        .ok_or_else(fault)
}

fn parse_stem(text: &str) -> Result<String, String> {
    let is_plain = !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\', '\0']);
    is_plain
        .then(|| text.to_owned())
        .ok_or_else(|| format!("`{text}` can't be how a file is called"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        let sizes = ["5GB", "2GiB", "10", "7 mb", "1KB"].map(|text| parse_size(text).ok());
        let expected = [5_000_000_000, 2 << 30, 10, 7_000_000, 1000].map(Some);
        assert_eq!(sizes, expected);
        for wrong in ["", "GB", "-1", "1.5GB", "5XB", "0", "99999999999TB"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
