//! The program: arguments, configuration, run.

fn main() {}
