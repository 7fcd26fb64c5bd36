//! What a file's name says it is.

use crate::{Finding, Format, Inspection, Severity};

impl Format {
    /// The format that a name promises, by its ending; `None` where the ending is that of many kinds of files, or of none
    /// that this crate knows.
    pub fn promised_by(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let format = match ending.to_ascii_lowercase().as_str() {
            "safetensors" => Self::Safetensors,
            "gguf" => Self::Gguf,
            "onnx" => Self::Onnx,
            "npy" => Self::NumPy,
            "npz" => Self::Npz,
            "keras" => Self::Keras,
            "h5" | "hdf5" => Self::Hdf5,
            _ => return None,
        };
        Some(format)
    }
}

impl Inspection {
    /// Holds what the file is against what its name promises, and adds a finding where the two differ: whoever chooses a
    /// file by its name gets something else, which may be something that runs code.
    pub fn check_name(&mut self, name: &str) {
        let Some(promised) = Format::promised_by(name).filter(|promised| *promised != self.format)
        else {
            return;
        };
        let message = format!(
            "expected a {promised} file by its name, found a {} file",
            self.format
        );
        self.findings
            .push(Finding::new(Severity::Fault, "name", message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[track_caller]
    fn check(format: Format, name: &str, expected: Verdict) {
        let mut inspection = Inspection::new(format);
        inspection.check_name(name);
        assert_eq!(inspection.verdict(), expected, "{name}");
    }

    #[test]
    fn a_name_that_promises_something_else_is_a_fault() {
        check(Format::Safetensors, "a/model.SafeTensors", Verdict::Sound);
        check(Format::Pickle, "model.safetensors", Verdict::Malformed);
        check(Format::Zip, "weights.npz", Verdict::Malformed);
        for name in ["pytorch_model.bin", "model.pt", "safetensors", "", "."] {
            check(Format::PyTorch, name, Verdict::Sound);
        }
    }
}
