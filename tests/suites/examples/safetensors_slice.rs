//! A part of a tensor, by the crate that knows nothing of files and hubs.

use std::fs;

use anyhow::Result;
use hubkit_tests::{Home, example};

#[test]
fn a_part_of_a_tensor_is_read_and_little_else() -> Result<()> {
    let home = Home::new()?;
    let json = r#"{"rows":{"dtype":"F32","shape":[1000,100],"data_offsets":[0,400000]}}"#;
    let mut file = (json.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(json.as_bytes());
    for number in 0..100_000_u32 {
        let number = f64::from(number) / 2.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of halves, and few"
        )]
        file.extend_from_slice(&(number as f32).to_le_bytes());
    }
    fs::write(home.path().join("rows.safetensors"), &file)?;
    let run = |tensor: &str| {
        home.program(&example("safetensors_slice")?, ["rows.safetensors", tensor])
            .run()
    };
    let outcome = run("rows[20:22, :3]")?.success()?;
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let numbers = ["1000", "1000.5", "1001", "1050", "1050.5", "1051"];
    assert_eq!(lines[0], "F32 [2, 3]");
    assert_eq!(lines[1..7], numbers);
    let size = file.len();
    assert_eq!(
        lines[7],
        format!("412 of {size} bytes were read for it, and the header")
    );
    let error = run("columns")?.expect_code(1)?;
    assert!(error.stderr.contains("columns"), "{error}");
    Ok(())
}
