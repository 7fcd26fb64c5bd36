//! How long it takes to open a safetensors file and name its tensors: what `cargo xtask bench headers` measures.

use std::{env, error::Error, fs::File, hint::black_box, io::Write as _, time::Instant};

use hubkit_safetensors::read_header;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("name a safetensors file")?;
    let start = Instant::now();
    let header = read_header(&mut File::open(path)?)?;
    let names: Vec<&str> = header.tensors().map(|tensor| tensor.name()).collect();
    let seconds = start.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{seconds} {}", black_box(names).len())?;
    Ok(())
}
