//! The fuzzer. `HUBKIT_FUZZ_TARGET` says at which door; what else there is to say are libFuzzer's own arguments.

#![no_main]

use std::sync::LazyLock;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
        let name = std::env::var("HUBKIT_FUZZ_TARGET").unwrap_or_default();
        hubkit_fuzz::target(&name).unwrap_or_else(|| {
            eprintln!("HUBKIT_FUZZ_TARGET={name} is no target; see TARGETS in src/");
            std::process::exit(2)
        })
    });
    RUN(data);
});
