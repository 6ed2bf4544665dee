//! What the taker tries, route by route.

use super::given::{OWN, Pair, SECRET, THERE, email, id};
use crate::records::values;
use crate::saves::all_saved;
use crate::timeline::timeline;
use crate::world::answer;
use api::{
    AddContact, AddId, AttachmentReport, ChangeRecord, CollectRecipients, ConfirmSession, ContactChange, ContactField,
    DescribeQuery, EndScope, EndSessions, ExportQuery, FindLikely, GetCard, GetCardColumns, GetContactOptions,
    GetKeptContacts, GetKeptQueries, GetMe, GetPicture, GetRecord, GetRecordForms, GetSaveTargets, GetSettledAddresses,
    GetTimeline, KeepAs, KeepContact, KeepQuery, KeptContacts, KeptQueries, ListQueries, ListSessions, LookUpSaved,
    MatchContacts, Matching, Picture, ProblemCode, PromptValue, RecordAttachment, RememberChoice, RemoveRecord,
    RemoveSave, RenewSession, RunQuery, SavedMessages, SearchContacts, SettleAddress, SettledAddresses, UpdateContact,
    WatchSaved, Whose, WriteRecord,
};
use reqwest::{Method, StatusCode};
use sim::imis::people::SHARED_ADDRESS;
use std::time::Duration;

const READERS: &str = "READER1";

impl Pair<'_> {
    /// Tries one route with what is the giver's.
    pub(super) async fn take(&self, method: &str, path: &str) {
        match (method, path) {
            ("get", "/api/session") => assert_eq!(self.ask(&GetMe).await.unwrap().user_name, self.taker_name),
            // At the end, by itself.
            ("delete", "/api/session") => {}
            ("post", "/api/session/renew") => {
                let renewed = self.ask(&RenewSession).await.unwrap();
                let me = self.taker.world.person(&renewed.token.0).call(&GetMe).await.unwrap();
                assert_eq!(me.user_name, self.taker_name);
            }
            ("post", "/api/session/confirm") => drop(self.ask(&ConfirmSession).await),
            ("post", "/api/sessions/list") => self.list_sessions().await,
            ("post", "/api/sessions/end") => {
                self.refused(&EndSessions { scope: EndScope::Session(self.given.session.clone()) }).await;
                assert_eq!(self.ask(&EndSessions { scope: EndScope::MyOthers }).await.unwrap().count, 0);
            }
            (_, path) if path.starts_with("/api/queries/") || path == "/api/recipients" => self.take_query(path).await,
            (_, path) if path.starts_with("/api/record") => self.take_record(path).await,
            (_, path) if path.starts_with("/api/saved/") => self.take_from_the_ledger(path).await,
            (_, path) if path.starts_with("/api/save") => self.take_save(path).await,
            ("get", "/api/contacts/kept") => {
                assert_eq!(self.ask(&GetKeptContacts).await.unwrap(), KeptContacts::default());
            }
            ("get", "/api/contacts/addresses") => {
                assert_eq!(self.ask(&GetSettledAddresses).await.unwrap(), SettledAddresses::default());
            }
            ("get", "/api/contacts/options") => {
                let options = self.ask(&GetContactOptions).await.unwrap();
                let may = self.taker_name != READERS;
                assert_eq!((options.may_add, options.may_change), (may, may), "{}", self.taker_name);
            }
            ("post", path) if path.starts_with("/api/contacts/") => self.take_contact(path).await,
            other => panic!("{other:?} is new: try here what another gets by it"),
        }
    }

    async fn list_sessions(&self) {
        let list = |whose, name: &str| ListSessions { whose, user_name: name.to_owned() };
        let mine = self.ask(&list(Whose::Mine, "")).await.unwrap().sessions;
        assert!(
            mine.iter()
                .all(|session| session.user_name.eq_ignore_ascii_case(self.taker_name)
                    && session.id != self.given.session)
        );
        let problem = self.ask(&list(Whose::Everybodys, "")).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Forbidden);
    }

    async fn take_contact(&self, path: &str) {
        let added = self.given.added.id.clone();
        match path {
            "/api/contacts/match" => {
                let addresses = vec![email("ada.lovelace@example.org"), email(SHARED_ADDRESS), email(OWN)];
                let matches = self.ask(&MatchContacts { addresses }).await.unwrap();
                assert!(matches.never.is_empty() && matches.own.is_empty(), "the lists are one's own");
                assert_eq!(matches.found.len(), 4);
                let remembered = matches.found.iter().any(|found| found.remembered);
                assert_eq!(remembered, self.same_site, "a choice is the site's");
            }
            "/api/contacts/search" => {
                let ask = SearchContacts { text: THERE.to_owned(), kind: None, inactive: true };
                let found = self.ask(&ask).await.unwrap().contacts;
                assert_eq!(found.iter().any(|found| found.name.contains(THERE)), self.same_site);
            }
            "/api/contacts/card" => {
                let card = self.ask(&GetCard { contact: added }).await;
                assert_eq!(card.is_ok(), self.same_site, "{card:?}");
            }
            "/api/contacts/card-columns" => {
                let columns = self.ask(&GetCardColumns { contact: added.clone() }).await.unwrap();
                let of_it = columns.problem.is_none() && columns.values.contains(&Some(added.0));
                // At another site its number may be that of somebody else.
                assert!(of_it || !self.same_site, "{columns:?}");
            }
            "/api/contacts/picture" => {
                let picture = self.ask(&GetPicture { contact: added }).await;
                assert!(picture.is_ok() || !self.same_site, "{picture:?}");
                assert_eq!(picture.unwrap_or_default(), Picture::default());
            }
            "/api/contacts/keep" => {
                self.ask(&KeepContact { contact: added.clone(), keep: KeepAs::Favourite }).await.unwrap();
                let kept = self.ask(&GetKeptContacts).await.unwrap();
                assert_eq!(kept.favourites.iter().any(|kept| kept.id == added), self.same_site);
                self.ask(&KeepContact { contact: id("103"), keep: KeepAs::NoFavourite }).await.unwrap();
            }
            "/api/contacts/likely" => {
                let ask = FindLikely { contact: self.given.add.contact.clone() };
                let likely = self.ask(&ask).await.unwrap().contacts;
                assert_eq!(likely.iter().any(|likely| likely.contact.name.contains(THERE)), self.same_site);
            }
            "/api/contacts/add" => self.take_add().await,
            "/api/contacts/update" => {
                self.take_title("", "Taken").await;
                if self.taker_name != READERS {
                    self.take_title("Taken", "").await;
                }
            }
            "/api/contacts/choice" => {
                self.refused(&RememberChoice { address: email(SHARED_ADDRESS), contact: Some(added) }).await;
            }
            "/api/contacts/addresses" => {
                for address in ["ada.lovelace@example.org", OWN] {
                    self.ask(&SettleAddress { address: email(address), matching: Matching::Always }).await.unwrap();
                }
            }
            "/api/contacts/timeline" => self.take_timeline().await,
            other => panic!("{other} is new: try here what another gets by it"),
        }
    }

    /// The same name for an adding is another adding where it is another's.
    async fn take_add(&self) {
        let mut contact = self.given.add.contact.clone();
        "Taker".clone_into(&mut contact.person.last);
        let add = AddContact { add: AddId(self.given.add.add.0.clone()), contact };
        let added = self.ask(&add).await;
        if self.taker_name == READERS {
            assert_eq!(added.unwrap_err().code, ProblemCode::Forbidden);
        } else {
            let added = added.unwrap();
            assert!(added.name.contains("Taker") && (!self.same_site || added.id != self.given.added.id));
        }
    }

    /// Whoever may change contacts may change one that another has added at the same site, and no other.
    async fn take_title(&self, from: &str, to: &str) {
        let (from, to) = (from.to_owned(), to.to_owned());
        let change = ContactChange { field: ContactField::Title, phone_kind: String::new(), from, to };
        let ask = UpdateContact { contact: self.given.added.id.clone(), changes: vec![change] };
        let changed = self.ask(&ask).await;
        // At another site its number is nobody's, or somebody else's.
        if self.taker_name == READERS {
            let code = changed.unwrap_err().code;
            assert!(code == ProblemCode::Forbidden || !self.same_site && code == ProblemCode::NotFound, "{code:?}");
        } else {
            assert!(changed.is_ok() || !self.same_site, "{changed:?}");
        }
    }

    async fn take_timeline(&self) {
        self.ask(&timeline("101")).await.unwrap();
        self.ask(&GetTimeline { text: SECRET.to_owned(), ..timeline("101") }).await.unwrap();
        let after = Some(self.given.cursor.clone());
        let page = self.ask(&GetTimeline { after, ..timeline("119") }).await;
        let entries = page.map(|page| page.entries).unwrap_or_default();
        let sees_legal = ["STAFF3", "MANAGER"].contains(&self.taker_name);
        assert!(sees_legal || entries.iter().all(|entry| !entry.title.starts_with("Legal")));
    }

    async fn take_query(&self, path: &str) {
        let (query, form) = (self.given.query.id.clone(), &self.given.form);
        let run = |query| RunQuery { query, version: form.version.clone(), values: vec![], offset: 0, limit: 10 };
        match path {
            "/api/queries/list" => {
                let folder = Some(self.given.folder.id.clone());
                self.refused(&ListQueries { folder, text: String::new() }).await;
                let found = self.ask(&ListQueries { folder: None, text: "salaries".to_owned() }).await.unwrap();
                assert!(found.queries.is_empty() && self.taker_name != "MANAGER");
            }
            "/api/queries/kept" => assert_eq!(self.ask(&GetKeptQueries).await.unwrap(), KeptQueries::default()),
            "/api/queries/keep" => {
                for favourite in [true, false] {
                    self.refused(&KeepQuery { query: query.clone(), favourite }).await;
                }
                assert_eq!(self.ask(&GetKeptQueries).await.unwrap(), KeptQueries::default());
            }
            "/api/queries/describe" => {
                self.refused(&DescribeQuery { query }).await;
                // The same query, found by oneself, remembers nothing of another.
                let own = crate::queries::describe(&self.taker, "Find contacts").await;
                assert!(own.prompts.iter().all(|prompt| !prompt.values.iter().any(|value| value == SECRET)));
            }
            "/api/queries/run" => {
                self.refused(&run(query)).await;
                let values =
                    vec![PromptValue { name: form.prompts[0].name.clone(), values: vec!["Lovelace".to_owned()] }];
                self.refused(&RunQuery { values, ..run(form.query.id.clone()) }).await;
            }
            "/api/queries/export" => {
                let export = ExportQuery { query, version: form.version.clone(), values: vec![] };
                let request = self.taker.world.request(Method::POST, ExportQuery::PATH).json(&export);
                assert_eq!(self.send(request).await.0, StatusCode::NOT_FOUND);
            }
            "/api/recipients" => {
                self.refused(&CollectRecipients { query: Some(run(query)), ..CollectRecipients::default() }).await;
                let contacts = vec![self.given.added.id.clone()];
                let people = self.ask(&CollectRecipients { contacts, ..CollectRecipients::default() }).await;
                assert!(people.is_ok_and(|people| people.people.is_empty()));
            }
            other => panic!("{other} is new: try here what another gets by it"),
        }
    }

    async fn take_record(&self, path: &str) {
        let (contact, given) = (id("101"), &self.given);
        let hidden = [&given.legal_record, &given.filed_record];
        match path {
            "/api/records/get" => {
                for record in hidden {
                    self.not_given(&GetRecord { record: record.clone(), contact: contact.clone() }).await;
                }
            }
            "/api/records/{record}/attachments/{id}" => {
                let file = RecordAttachment { id: given.file.clone(), name: api::AttachmentName::new("x") };
                let seen = self.taker.call(&timeline("101")).await.unwrap().entries.remove(0).record;
                for record in [&given.filed_record, &given.legal_record, &seen] {
                    let path = file.path(record, &contact);
                    let (status, _) = self.send(self.taker.world.request(Method::GET, &path)).await;
                    assert!(!self.same_site || [403, 404].contains(&status.as_u16()), "{status} {path}");
                }
            }
            "/api/record-forms" => {
                let forms = self.ask(&GetRecordForms).await.unwrap().forms;
                let legal = forms.iter().any(|form| form.type_id == "LEGAL");
                assert_eq!(legal, ["STAFF3", "MANAGER"].contains(&self.taker_name));
                assert_eq!(forms.is_empty(), self.taker_name == READERS);
            }
            "/api/records/write" => self.take_write().await,
            "/api/records/change" => {
                for record in hidden {
                    let (from, to) =
                        (values(&[("DESCRIPTION", "Not what it is")]), values(&[("DESCRIPTION", "Taken")]));
                    self.not_given(&ChangeRecord { record: record.clone(), contact: contact.clone(), from, to }).await;
                }
            }
            "/api/records/remove" => {
                for record in hidden {
                    // What is not there counts as removed; the giver's is looked at afterwards.
                    drop(self.ask(&RemoveRecord { record: record.clone(), contact: contact.clone() }).await);
                }
            }
            other => panic!("{other} is new: try here what another gets by it"),
        }
    }

    /// The same name for a writing is another writing where it is another's.
    async fn take_write(&self) {
        let legal = WriteRecord { values: values(&[("DESCRIPTION", "Taken")]), ..self.given.legal.clone() };
        let written = self.ask(&legal).await;
        if ["STAFF3", "MANAGER"].contains(&self.taker_name) {
            assert!(all_saved(&written.unwrap()));
            return;
        }
        assert!([ProblemCode::Forbidden, ProblemCode::Invalid].contains(&written.unwrap_err().code));
        let ask = WriteRecord { type_id: "CALL".to_owned(), ..legal };
        let written = self.ask(&ask).await;
        if self.taker_name == READERS {
            assert_eq!(written.unwrap_err().code, ProblemCode::Forbidden);
        } else {
            assert!(all_saved(&written.unwrap()));
        }
    }

    /// What a site saved is the site's to know and, but for its administrators, each person's own to take back.
    async fn take_from_the_ledger(&self, path: &str) {
        let given = &self.given;
        let messages = vec![given.unfinished.facts.clone()];
        let theirs = |saved: &SavedMessages| {
            saved.messages[0].saves.iter().any(|save| save.id.as_ref() == Some(&given.entry) && !save.mine)
        };
        match path {
            "/api/saved/look" => {
                let look = LookUpSaved { messages, ask_imis: false, utc_offset_minutes: 0 };
                let saved = self.ask(&look).await.unwrap();
                assert_eq!(theirs(&saved), self.same_site, "{saved:?}");
                assert!(saved.messages[0].saves.iter().all(|save| save.mine || !save.may_remove));
            }
            "/api/saved/watch" => {
                let watch = WatchSaved { messages, version: 0 };
                let told = tokio::time::timeout(Duration::from_millis(300), self.ask(&watch)).await;
                assert_eq!(told.is_ok_and(|saved| theirs(&saved.unwrap())), self.same_site);
            }
            "/api/saved/remove" => {
                let remove = RemoveSave { entry: given.entry.clone(), reason: "Taken".to_owned() };
                let expected = if self.same_site { ProblemCode::Forbidden } else { ProblemCode::NotFound };
                assert_eq!(self.ask(&remove).await.unwrap_err().code, expected);
            }
            other => panic!("{other} is new: try here what another gets by it"),
        }
    }

    async fn take_save(&self, path: &str) {
        let given = &self.given;
        match path {
            "/api/save-targets" => {
                let types = self.ask(&GetSaveTargets).await.unwrap().activity_types;
                let legal = types.iter().any(|kind| kind.id.0 == "LEGAL");
                assert_eq!(legal, ["STAFF3", "MANAGER"].contains(&self.taker_name));
            }
            "/api/saves/{save}/attachments/{index}" => {
                for save in [&given.waiting.save, &given.legal.save] {
                    let path = AttachmentReport::path(save, 0);
                    let put = self.taker.world.request(Method::PUT, &path).body("Taken");
                    let put = answer::<()>(put.bearer_auth(&self.taker.token)).await;
                    assert_eq!(put.unwrap_err().code, ProblemCode::NotFound);
                }
            }
            "/api/saves" => {
                // The same id is another save where it is another's: nothing of the giver's is in the answer.
                let theirs = self.ask(&given.unfinished).await;
                assert_eq!(theirs.as_ref().is_ok_and(all_saved), self.taker_name != READERS, "{theirs:?}");
                let records = theirs.map(|report| report.records).unwrap_or_default();
                assert!(!self.same_site || records != given.unfinished_report.records);
                let again = self.giver.call(&given.unfinished).await.unwrap();
                assert_eq!(again.records, given.unfinished_report.records);
            }
            other => panic!("{other} is new: try here what another gets by it"),
        }
    }
}
