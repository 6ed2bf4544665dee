//! iMIS's JSON: a lenient reader and a strict writer. Nothing outside knows its shapes.
