// in_memory - a peer for bench/export: FILE as tar, gzip and base64 with the usual Rust crates, one thread, each
// step whole in memory before the next, as an exporter written on these crates does it. in_memory FILE > TEXT
use std::io::{self, Write};

fn pack(path: &str) -> io::Result<Vec<u8>> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut tar = tar::Builder::new(gzip);
    tar.append_path_with_name(path, "ktstr")?;
    tar.into_inner()?.finish()
}

fn main() -> io::Result<()> {
    let path = std::env::args().nth(1).expect("usage: in_memory FILE");
    let text = base64::encode(pack(&path)?);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in text.as_bytes().chunks(76) {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
