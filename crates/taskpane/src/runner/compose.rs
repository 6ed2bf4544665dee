//! Putting people and facts into the message being written.

use super::{Runner, outlook};
use api::{EmailAddress, Recipient};
use flows::{ComposeEffect, ComposeEvent, Fields, Insertion, MessageKey, Target, Trouble};
use office::compose::{Field, NewRecipient};
use office::item::{Format, Item};
use office::{ErrorKind, OfficeError, limits};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: ComposeEffect) -> Option<ComposeEvent> {
    Some(match effect {
        ComposeEffect::Collect(number, call) => ComposeEvent::Collected(number, runner.server.call(&call).await),
        ComposeEffect::Look(number, key) => ComposeEvent::Looked(number, look(&key).await),
        ComposeEffect::Add(number, key, target, people) => ComposeEvent::Added(number, add(&key, target, people).await),
        ComposeEffect::Insert(number, key, insertion) => ComposeEvent::Inserted(number, insert(&key, &insertion).await),
    })
}

/// The message being written, if it is this one still. Unsaved, it has no id to be known by.
pub(super) fn draft(key: &MessageKey) -> Result<Item, Trouble> {
    Item::current().filter(|item| item.key().opening() == key.opening).ok_or(Trouble::MessageClosed)
}

async fn look(key: &MessageKey) -> Result<Fields, Trouble> {
    let mut people = vec![];
    for target in Target::ALL {
        let there = draft(key)?.recipients(field(target)).await.map_err(trouble)?;
        // Who has no readable address is nobody's double.
        people.extend(
            there
                .iter()
                .filter_map(|person| EmailAddress::parse(&person.email_address).ok())
                .map(|found| (target, found)),
        );
    }
    Ok(Fields { people, most: limits::RECIPIENTS_IN_FIELD })
}

async fn add(key: &MessageKey, target: Target, people: Vec<Recipient>) -> Result<(), Trouble> {
    let people: Vec<NewRecipient> = people
        .into_iter()
        .map(|person| NewRecipient { display_name: person.name, email_address: person.address.as_str().to_owned() })
        .collect();
    draft(key)?.add_recipients(field(target), &people).await.map_err(trouble)
}

async fn insert(key: &MessageKey, insertion: &Insertion) -> Result<(), Trouble> {
    let item = draft(key)?;
    let format = item.body_format().await.map_err(trouble)?;
    let content = match format {
        Format::Html => &insertion.html,
        Format::Text => &insertion.text,
    };
    item.insert(content, format).await.map_err(trouble)
}

pub(super) const fn field(target: Target) -> Field {
    match target {
        Target::To => Field::To,
        Target::Cc => Field::Cc,
        Target::Bcc => Field::Bcc,
    }
}

fn trouble(error: OfficeError) -> Trouble {
    if error.kind == ErrorKind::TooMuch { Trouble::OutlookFull } else { outlook::trouble(error) }
}
