//! Pictures of a few contacts: real ones, and things that are only called pictures (imis.md §5.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::super::{
    contracts::contacts::PARTY_IMAGE,
    ledger::StoredFile,
    rows::{Fields, Row},
    tables::Tables,
};

/// Whether a picture is the one to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preferred {
    Yes,
    No,
}

/// A page that calls itself a picture.
const PAGE: &[u8] =
    b"<!DOCTYPE html><html><body onload=\"alert(document.domain)\"><h1>Not a picture</h1></body></html>";

/// A drawing that would run a script where it is taken for one.
const DRAWING: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"40\" onload=\"alert(1)\">\
<script>alert(document.domain)</script><circle cx=\"20\" cy=\"20\" r=\"18\" fill=\"red\"/></svg>";

/// A face on blue, PNG.
const FACE: &str = "\
iVBORw0KGgoAAAANSUhEUgAAACgAAAAoAgMAAADxkFD+AAAACVBMVEX////w0LAzZpljHT2PAAAAfklEQVR42p3QwQnCQBAAwLkj\
BaQkS/Dl21KuHvFhCVYheaaEvOTAcPGRi2CCD3OwMCy77O6Fi+VF+/m6fnib7pUTQ+XIuG0bmHZMawnbbENTGWiXgmM4IKzOfJwW\
luRc2fGsTHNECvREMmQiPZT1Dgmk72yZ0f88KM/If/3DG2KlHJzrlbSJAAAAAElFTkSuQmCC";

/// A face on green, PNG.
const OTHER_FACE: &str = "\
iVBORw0KGgoAAAANSUhEUgAAACgAAAAoAgMAAADxkFD+AAAACVBMVEXgsJAui1ciIiJkOo8kAAAAc0lEQVR42p3QMQqAMAxA0Z8S\
9w56nxzBxVs6eASP5G6hDkkFFQctBB6hSZrKRDuJ/9znk0tdgxW2YIHyLNug/piWQZ5ZBQ0K5HZhFAPktuYwNYoxBnvoguaRfBIZ\
krdHIXl75P4GA8CuWXHk14XUoZ/+4QB8WA33M8KsrgAAAABJRU5ErkJggg==";

/// A mark on white, PNG.
const LOGO: &str = "\
iVBORw0KGgoAAAANSUhEUgAAACgAAAAoAQMAAAC2MCouAAAABlBMVEX///+7iABvk9DMAAAAUElEQVR42mNgIAIw/////wETAwMD\
AwMqefAjE5zN+AEhzvQAwWY5AGMzMJ9nYISbw49kjhwS+w8S+wcS+wMS+wHCVSxI7uFgYGBgYGDE5xUAsxMR8SyARO0AAAAASUVO\
RK5CYII=";

/// A face on brown, JPEG.
const PHOTO: &str = "\
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j\
q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk\
pKSkpKSkpKT/wAARCAAgACADASIAAhEBAxEB/8QAGgAAAgIDAAAAAAAAAAAAAAAAAwUABgECBP/EACMQAAICAAUEAwAAAAAAAAAA\
AAECAAMEERMhMQUSUYFBkbH/xAAWAQEBAQAAAAAAAAAAAAAAAAAAAQT/xAAWEQEBAQAAAAAAAAAAAAAAAAAAARH/2gAMAwEAAhED\
EQA/AOKEppsvbtqQsfyDliw9K0UrWoG3J8nzM7TbhFdhrqMtWsqD88j7gpZbEWxCjgMp5BlctTTtdM8+1iM/MpLrWN8F1Ct6wlzB\
XG2ZOze4okkWzTvFdQqpQ6bLY54AOY9mJSSxJJJJ3JMxJBJj/9k=";

pub(super) fn sow(tables: &mut Tables) {
    let decoded = |base64: &str| STANDARD.decode(base64).expect("the pictures in this file are base64");
    let face = decoded(FACE);
    add(tables, (101, 1), "ada.png", &face, Preferred::Yes);
    add(tables, (103, 1), "old.png", &face, Preferred::No);
    add(tables, (103, 2), "new.png", &decoded(OTHER_FACE), Preferred::Yes);
    add(tables, (107, 1), "grace.jpg", &decoded(PHOTO), Preferred::Yes);
    add(tables, (119, 1), "theodora.png", &decoded(OTHER_FACE), Preferred::Yes);
    add(tables, (125, 1), "gregor.png", PAGE, Preferred::Yes);
    add(tables, (126, 1), "vera.svg", DRAWING, Preferred::Yes);
    add(tables, (200, 1), "logo.png", &decoded(LOGO), Preferred::Yes);
}

fn add(tables: &mut Tables, (party, number): (u32, u32), name: &str, content: &[u8], preferred: Preferred) {
    let id = format!("1a1a1a1a-0000-4000-8000-{:012}", party * 10 + number);
    let fields = Fields::from([
        ("PartyImageId", json!(id)),
        ("PartyId", json!(party.to_string())),
        ("Description", json!(name)),
        ("Purpose", json!("Profile")),
        ("IsPreferred", json!(preferred == Preferred::Yes)),
        ("UpdateInformation.CreatedBy", json!("MANAGER")),
        ("UpdateInformation.CreatedOn", json!("2023-05-06T07:08:09")),
    ]);
    let file = StoredFile::of(name.to_owned(), content);
    tables.add(&PARTY_IMAGE, Row { id, fields, file: Some(file) });
}
