//! `hubkit tensor`.

mod form;
mod local;

use std::path::Path;

use futures_util::StreamExt as _;
use hubkit::{
    RemoteTensors, Silent, TensorError,
    safetensors::{Dtype, ForeignFormat, HeaderError, SelectError, Stop, TensorQuery, TensorSlice},
};

use self::{
    form::{Form, Sink},
    local::Local,
};
use super::stoppable::stoppable;
use crate::{
    args::{Format, Global, TensorCommand, TensorGet},
    exit::Exit,
    failure::Failure,
    output::Reader,
    target::{self, Target},
    ui::{Ui, count, plain, size},
};

pub(crate) async fn run(
    global: &Global,
    command: &TensorCommand,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let TensorCommand::Get(arguments) = command;
    let query = TensorQuery::new(&arguments.tensor);
    let path = Path::new(&arguments.target);
    // Programs that want a number array do not want remarks as JSON either: only errors are.
    let ui = &Ui {
        json: false,
        ..ui.clone()
    };
    if path.exists() || names_a_file(path) {
        if arguments.which_file.is_some() && path.is_file() {
            return Err(Failure::usage(format!(
                "{} is a file already, so `--file` has no meaning",
                path.display()
            )));
        }
        let (arguments, ui) = (arguments.clone(), ui.clone());
        return stoppable(move |stop| from_disk(&arguments, &query, stop, &ui)).await;
    }
    from_hub(global, arguments, &query, ui).await
}

/// Whether the user can only have meant a file of this machine.
fn names_a_file(path: &Path) -> bool {
    path.is_absolute() || path.starts_with(".") || path.starts_with("..")
}

fn from_disk(
    arguments: &TensorGet,
    query: &TensorQuery,
    stop: &Stop,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let path = Path::new(&arguments.target);
    let mut found = Local::find(path, arguments.which_file.as_ref(), query)?;
    let mut form = begin(arguments, found.slice(), stop, ui)?;
    if found.read(|chunk| form.chunk(chunk))? == Reader::Gone {
        return Ok(Exit::Done);
    }
    form.end()?;
    ui.remark(&told(
        found.slice(),
        &found.path().display().to_string(),
        found.bytes_read(),
        "this machine",
    ));
    Ok(Exit::Done)
}

async fn from_hub(
    global: &Global,
    arguments: &TensorGet,
    query: &TensorQuery,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let target = Target::new(
        &arguments.target,
        arguments.repo_type,
        arguments.revision.as_ref(),
    )?;
    if target.path.is_some() && arguments.which_file.is_some() {
        return Err(Failure::usage("two files are named: it can only be one"));
    }
    let file = target.path.as_ref().or(arguments.which_file.as_ref());
    let hub = target::hub(global, 4)?;
    let client = hub.client();
    let commit = client
        .resolve(&target.repo, &target.revision(), &Silent)
        .await?;
    let within =
        |error: TensorError| tensor_failure(error, &format!("{} at {commit}", target.repo));
    let weights = RemoteTensors::open(client, &target.repo, commit, file)
        .await
        .map_err(within)?;
    let tensor = weights.find(query).await.map_err(within)?;
    let mut form = begin(arguments, tensor.slice(), &Stop::new(), ui)?;
    let mut chunks = std::pin::pin!(weights.stream(&tensor));
    while let Some(chunk) = chunks.next().await {
        if form.chunk(&chunk.map_err(within)?)? == Reader::Gone {
            return Ok(Exit::Done);
        }
    }
    form.end()?;
    let path = tensor.file().path.to_string();
    let (whole, read) = (tensor.file().size, weights.bytes_read());
    if tensor.is_stored() {
        ui.remark(&told(tensor.slice(), &path, read, "the cache"));
    } else {
        ui.remark(&told(
            tensor.slice(),
            &path,
            read,
            &format!("the hub, of a file of {}", size(whole)),
        ));
        let is_secret = client.endpoint().to_string().starts_with("https://");
        let voucher = if is_secret {
            "nothing but the TLS connection vouches"
        } else {
            "nothing vouches"
        };
        ui.remark(&format!(
            "not verified: a digest covers whole files, and a part of one was read, so {voucher} for these bytes"
        ));
    }
    Ok(Exit::Done)
}

/// Checks that the form can hold the tensor, and writes what stands before its elements.
fn begin(
    arguments: &TensorGet,
    slice: &TensorSlice,
    stop: &Stop,
    ui: &Ui,
) -> Result<Form, Failure> {
    let dtype = slice.dtype();
    if arguments.cast.is_some() && !dtype.is_float() {
        let message = format!(
            "`{}` is of {dtype}, which is not read as numbers of F32",
            plain(slice.name())
        );
        return Err(Failure::usage(message)
            .hint("leave out `--as`; it is for floating-point numbers of 8 bits and more"));
    }
    let is_raw = arguments.cast.is_none() && dtype.numpy().is_none();
    match arguments.format {
        Format::Json if dtype.bits() < 8 => {
            let message = format!("elements of {dtype} are not written as numbers");
            return Err(
                Failure::usage(message).hint("take `--format raw`: the bytes as they are stored")
            );
        }
        Format::Human | Format::Npy if is_raw => {
            let stored = if dtype == Dtype::Bf16 {
                "uint16"
            } else {
                "uint8"
            };
            ui.remark(&format!("numpy has no {dtype}: written as {stored}, as it is stored; `--as f32` gives numbers"));
        }
        _ => {}
    }
    let sink = Sink::open(arguments.output.as_deref(), arguments.force, stop)?;
    Form::begin(arguments.format, arguments.cast.is_some(), slice, sink)
}

fn told(slice: &TensorSlice, path: &str, read: u64, from: &str) -> String {
    let shape: Vec<String> = slice.shape().iter().map(ToString::to_string).collect();
    let bytes = count(usize::try_from(read).unwrap_or(usize::MAX), "byte", "bytes");
    format!(
        "`{}`: {} [{}] in `{}`; {bytes} read from {from}",
        plain(slice.name()),
        slice.dtype(),
        shape.join(", "),
        plain(path)
    )
}

/// What keeps a tensor from being read, of a file or a repository called `place`.
fn tensor_failure(error: TensorError, place: &str) -> Failure {
    let files = "`hubkit ls REPO` lists the files; `--file` names one";
    match error {
        TensorError::Client(error) => error.into(),
        TensorError::Select { path, error } => {
            select_failure(&error, &format!("`{path}` of {place}"))
        }
        TensorError::Header { path, error } => {
            header_failure(&error, &format!("`{path}` of {place}"))
        }
        TensorError::Pointer { path, pointer } => {
            Failure::pointer(&format!("`{path}` of {place}"), &pointer)
                .hint("the repository was copied without what its pointers stand for")
        }
        TensorError::NoWeights | TensorError::NoFile { .. } => {
            let message = format!("{place}: {error}");
            Failure::new(Exit::NotFound, "file_not_found", message).hint(files)
        }
        TensorError::SeveralFiles { .. } => Failure::usage(format!("{place}: {error}")).hint(files),
        error => Failure::new(Exit::Integrity, "malformed", format!("{place}: {error}"))
            .caused_by(std::error::Error::source(&error).unwrap_or(&error)),
    }
}

fn select_failure(error: &SelectError, place: &str) -> Failure {
    match error {
        SelectError::NotFound { .. } => Failure::new(
            Exit::NotFound,
            "tensor_not_found",
            format!("{place}: {error}"),
        )
        .hint("`hubkit inspect` lists the tensors"),
        _ => Failure::usage(format!("{place}: {error}"))
            .hint("parts are named as numpy does: `NAME[10:20, :]`, `NAME[0]`, `NAME[..., :8]`"),
    }
}

fn header_failure(error: &HeaderError, place: &str) -> Failure {
    if *error == HeaderError::Foreign(ForeignFormat::LfsPointer) {
        let message = format!("{place} is the pointer of a file in Git LFS, not the file");
        return Failure::new(Exit::Integrity, "lfs_pointer", message)
            .hint("the repository was copied without what its pointers stand for");
    }
    Failure::new(
        Exit::Integrity,
        "malformed",
        format!("{place} is not a sound safetensors file: {error}"),
    )
    .hint("it is damaged or of another format; do not load it")
}
