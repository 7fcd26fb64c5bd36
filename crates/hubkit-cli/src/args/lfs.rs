//! `hubkit lfs`.

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::FalseyValueParser, value_parser};
use hubkit::RepoKind;

use super::parse_kind;

/// Large files that git has only pointers to.
#[derive(Debug, Subcommand)]
pub enum Lfs {
    /// List the pointers that lie where files belong; ends with 1 where there are some
    Pointers(Pointers),
    /// Put the files in the place of their pointers, verified
    Pull(Pull),
    /// Read a pointer, write the file: git's filter `smudge`
    Smudge(Smudge),
    /// Read a file, write its pointer: git's filter `clean`
    Clean(Clean),
    /// Keep the files that match a pattern in LFS; without one, list the patterns
    Track(Track),
}

/// List the pointers that lie where files belong.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit lfs pointers
  hubkit lfs pointers ~/.cache/huggingface/hub --format json")]
pub struct Pointers {
    /// A clone, a folder or a cache
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
}

/// Put the files in the place of their pointers, verified.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  GIT_LFS_SKIP_SMUDGE=1 git clone https://huggingface.co/openai-community/gpt2
  hubkit lfs pull gpt2 --include '*.safetensors'
  hubkit lfs pull some-folder --repo openai-community/gpt2

docs/guides/lfs.md tells more.")]
pub struct Pull {
    /// A clone, or a folder in one; with `--repo` any folder
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Only files that match a pattern; `*` also stands for slashes. May be given several times, or several with commas between them
    #[arg(long, short = 'I', value_name = "PATTERN", value_delimiter = ',')]
    pub include: Vec<String>,
    /// No files that match a pattern. May be given several times, or several with commas between them
    #[arg(long, short = 'X', value_name = "PATTERN", value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// Ask the hub for the large files of this repository, whatever the clone says
    #[arg(long, value_name = "REPO")]
    pub repo: Option<String>,
    /// With `--repo`: what kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind, requires = "repo")]
    pub repo_type: Option<RepoKind>,
    /// How many files move at the same time [default: 8]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub max_workers: Option<u16>,
}

/// Read a pointer, write the file.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  git config filter.lfs.smudge 'hubkit lfs smudge -- %f'")]
pub struct Smudge {
    /// What the file is called, for errors
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
    /// Write the pointer as it came
    #[arg(long, env = "GIT_LFS_SKIP_SMUDGE", value_parser = FalseyValueParser::new())]
    pub skip: bool,
}

/// Read a file, write its pointer.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  git config filter.lfs.clean 'hubkit lfs clean -- %f'")]
pub struct Clean {
    /// What the file is called, for errors
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
}

/// Keep the files that match a pattern in LFS.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit lfs track '*.safetensors' '*.gguf'
  hubkit lfs track")]
pub struct Track {
    /// Patterns of `.gitattributes`; quote them, or the shell takes them for its own
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        pull: Pull,
    }

    #[test]
    fn a_pattern_is_one_word_and_the_next_one_is_the_folder() {
        let words = ["pull", "--include", "sub/*", "-I", "a,b", "-X", "c", "c1"];
        let pull = Command::try_parse_from(words).expect("parsed").pull;
        assert_eq!(pull.include, ["sub/*", "a", "b"]);
        assert_eq!(pull.exclude, ["c"]);
        assert_eq!(pull.path, Path::new("c1"));
    }
}
