fn main() {
    let mut files = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(std::env::args().nth(1).unwrap())];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { if !path.ends_with("regression_data") { folders.push(path); } }
            else if path.extension().is_some_and(|e| e == "yml") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    let count = std::env::args().nth(2).map_or(50_000, |n| n.parse().unwrap());
    let events = palisade_oracle::generate::events(count, 7);
    if std::env::args().nth(3).is_some() {
        let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let set = palisade_detect::RuleSet::read(texts, &Default::default());
        let m = palisade_detect::Matcher::new(set.detections.iter().map(|d| &d.1), palisade_detect::pipeline::builtin()).unwrap();
        let batches: Vec<_> = events.chunks(8192).map(|b| palisade_detect::JsonEvents::from_objects("e", b)).collect();
        for i in m.unwitnessed() { let h = &set.detections[i].0; println!("always {} {:?}", h.title, set.detections[i].1.source); }
        println!("automata {}", m.automata_bytes());
        let t = std::time::Instant::now();
        let mut n = 0; let mut k = 0;
        while t.elapsed().as_secs() < 8 { for b in &batches { n += m.matches(b).len(); } k += events.len(); }
        println!("{n} {} ev/s", k as f64 / t.elapsed().as_secs_f64());
        return;
    }
    println!("{:#?}", palisade_oracle::race::race(&files, &events, None, 2));
    println!("{:#?}", palisade_oracle::race::race(&files, &events, Some(palisade_detect::pipeline::builtin()), 2));
}
