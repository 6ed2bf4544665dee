//! Every text file of the pane also as `.br` and `.gz`, and a table of sizes.
//!
//! Pictures are compressed already and stay alone.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::Effort;

/// How large one file is, plain and packed.
pub(crate) struct Size {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Compresses what stands in `folder` and below.
pub(super) fn folder(folder: &Path, effort: Effort) -> Result<Vec<Size>> {
    let mut files = files_below(folder)?;
    files.sort();
    let mut sizes = Vec::new();
    for file in files {
        let content = fs::read(&file)?;
        let name = file.strip_prefix(folder)?.display().to_string();
        let (gzip, brotli) = if file.extension().is_some_and(|extension| extension == "png") {
            (content.len(), content.len())
        } else {
            let gzip = gzip(&content, effort)?;
            let brotli = brotli(&content, effort)?;
            fs::write(beside(&file, "gz"), &gzip)?;
            fs::write(beside(&file, "br"), &brotli)?;
            (gzip.len(), brotli.len())
        };
        sizes.push(Size { name, raw: content.len(), gzip, brotli });
    }
    Ok(sizes)
}

/// Prints the sizes in bytes, and their sum.
pub(super) fn print_table(sizes: &[Size]) {
    eprintln!("{:<44} {:>10} {:>10} {:>10}", "file", "raw", "gzip", "brotli");
    for Size { name, raw, gzip, brotli } in sizes {
        eprintln!("{name:<44} {raw:>10} {gzip:>10} {brotli:>10}");
    }
    let sum = |part: fn(&Size) -> usize| sizes.iter().map(part).sum::<usize>();
    eprintln!(
        "{:<44} {:>10} {:>10} {:>10}",
        "everything",
        sum(|size| size.raw),
        sum(|size| size.gzip),
        sum(|size| size.brotli)
    );
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn gzip(content: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let level = match effort {
        Effort::Release => Compression::best(),
        Effort::Quick => Compression::fast(),
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotli(content: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let quality = match effort {
        Effort::Release => 11,
        Effort::Quick => 1,
    };
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)?;
    Ok(packed)
}
