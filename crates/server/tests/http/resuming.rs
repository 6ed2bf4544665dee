//! Going on with a save that a pane left in part when it closed: under its own name, in whatever words, and never with
//! anything else.

use crate::ledger::{COLLEAGUE, entry, fresh, upload};
use crate::saves::{activity, all_saved};
use crate::world::{World, code};
use api::{ProblemCode, SaveAs, SaveMessage};
use sim::imis::{Edition, Effect, Fault, Settings};

fn in_2017() -> Settings {
    Settings { edition: Edition::Imis2017, communication_log: false, ..Settings::default() }
}

#[tokio::test]
async fn who_left_a_save_in_part_goes_on_with_it_in_other_words_and_nothing_is_written_twice() {
    let cases = [
        (Settings::default(), SaveAs::Interaction, "CommunicationLogRecipient"),
        (Settings::default(), activity(), "Activity"),
        (in_2017(), activity(), "Activity"),
        (in_2017(), SaveAs::Interaction, "ContactInteraction"),
    ];
    for (settings, save_as, entity) in cases {
        let world = World::with(settings, |_| {}).await;
        let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
        person.call(&api::GetSaveTargets).await.unwrap();
        let files: &[&str] = if entity == "ContactInteraction" { &[] } else { &["a.pdf"] };
        let begun = fresh(save_as, "<1@example.org>", files);
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", entity));
        assert!(!all_saved(&person.call(&begun).await.unwrap()), "{entity}");
        assert_eq!(entry(&colleague, &begun.facts).await.unfinished, None, "it is nobody else's");
        let left = entry(&person, &begun.facts).await.unfinished.unwrap();
        assert_eq!(left.save, begun.save);
        assert_eq!(left.attachments.iter().map(api::AttachmentName::as_str).collect::<Vec<_>>(), files);
        assert_eq!(left.activity.is_some(), entity == "Activity");

        let mut rest = SaveMessage { resumes: true, ..begun.clone() };
        rest.message.note = "In other words".to_owned();
        for _ in 0..2 {
            assert!(all_saved(&person.call(&rest).await.unwrap()), "{entity}");
            assert_eq!(world.imis.ledger().created(entity).len(), 2, "a {entity} for each of two");
        }
        for index in 0..files.len() {
            assert!(upload(&person, &rest, index).await.complete());
        }
        assert_eq!(entry(&person, &begun.facts).await.unfinished, None, "it is whole");
    }
}

#[tokio::test]
async fn what_goes_on_with_a_save_is_to_the_same_contacts_of_the_same_kind_with_the_same_files_or_nothing() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    person.call(&api::GetSaveTargets).await.unwrap();
    let begun = fresh(activity(), "<1@example.org>", &["a.pdf"]);
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "Activity"));
    assert!(!all_saved(&person.call(&begun).await.unwrap()));
    let mut rest = SaveMessage { resumes: true, ..begun.clone() };
    rest.message.note = "In other words".to_owned();
    let others = [
        SaveMessage { contacts: rest.contacts[..1].to_vec(), ..rest.clone() },
        SaveMessage { save_as: SaveAs::Interaction, ..rest.clone() },
        SaveMessage { attachments: vec![], ..rest.clone() },
        SaveMessage { facts: fresh(activity(), "<2@example.org>", &[]).facts, ..rest.clone() },
        SaveMessage { resumes: false, ..rest.clone() },
        // Of a save that nobody began nobody knows what is in iMIS.
        SaveMessage { save: fresh(activity(), "<1@example.org>", &[]).save, ..rest.clone() },
    ];
    for other in others {
        assert_eq!(code(person.call(&other).await), ProblemCode::Conflict);
    }
    assert_eq!(code(colleague.call(&rest).await), ProblemCode::Conflict, "it is another's");
    assert_eq!(world.imis.ledger().created("Activity").len(), 1);
}
