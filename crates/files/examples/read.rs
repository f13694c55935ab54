//! Reads a file as a table on two threads, and says in JSON how many seconds that took: `read FILE`.

use std::time::Instant;

use densely_files::ReadOptions;
use densely_table::TextOptions;
use densely_tensor::Threads;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: read FILE")?;
    let options = ReadOptions::new().text(TextOptions::new().threads(Threads::new(2)?));
    let start = Instant::now();
    let table = options.read(path)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{{\"seconds\": {{\"read\": {seconds}}}, \"rows\": {}}}", table.rows());
    Ok(())
}
