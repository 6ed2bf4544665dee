//! The audit log: one chain without gaps, whoever appends at once.

use super::*;

kept_by_both!(the_audit_log_is_a_chain_without_gaps_whoever_writes);

fn link() -> Link {
    Box::new(|number, before, text| {
        let hash = Sha256::new().chain_update(number.to_be_bytes()).chain_update(before).chain_update(text);
        hash.finalize().to_vec()
    })
}

async fn the_audit_log_is_a_chain_without_gaps_whoever_writes(place: Place) {
    let stores = [place.open().await, place.open().await];
    let writes =
        (0..40_usize).map(|i| stores[i % 2].audit(i64::try_from(i).unwrap(), format!("{{\"i\":{i}}}"), link()));
    try_join_all(writes).await.unwrap();
    // One that ends half-way leaves no gap.
    let lost = place.open().await;
    let lost = tokio::spawn(async move { lost.audit(99, "lost".to_owned(), Box::new(|_, _, _| panic!("gone"))).await });
    assert!(lost.await.is_err());
    stores[1].audit(100, "last".to_owned(), link()).await.unwrap();
    let mut lines = stores[0].audit_lines(0, 30).await.unwrap();
    assert_eq!(lines.len(), 30);
    lines.extend(stores[0].audit_lines(30, 100).await.unwrap());
    assert_eq!(lines.len(), 41);
    let mut before = Vec::new();
    for (line, number) in lines.iter().zip(1..) {
        assert_eq!(line.number, number);
        assert_eq!(line.hash, link()(number, &before, &line.text));
        before.clone_from(&line.hash);
    }
    assert_eq!((lines[40].at_ms, lines[40].text.as_str()), (100, "last"));
}
