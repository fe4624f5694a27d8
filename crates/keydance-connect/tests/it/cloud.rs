//! A server that plays a cloud: what it hears is looked at, what it says is written by a test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// A request that the cloud hears.
pub(crate) struct Heard {
    /// Method, path and query.
    pub(crate) line: String,
    /// In lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A field of the form that the body is.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        let found = fields.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// A text in the JSON that the body is.
    pub(crate) fn json(&self, name: &str) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        json[name].as_str().unwrap().to_owned()
    }
}

/// Plays it until the tests end; gives the address. Each answer is a status and a body.
pub(crate) fn playing(cloud: impl Fn(&Heard) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &cloud);
        }
    });
    url
}

fn answer(mut stream: TcpStream, cloud: &impl Fn(&Heard) -> (u16, String)) {
    let heard = hear(&stream);
    let (status, body) = cloud(&heard);
    let head =
        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-type: application/json");
    let length = body.len();
    write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").ok();
}

fn hear(stream: &TcpStream) -> Heard {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let pair = |line: &String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    let mut heard = Heard {
        line: lines[0].trim_end_matches(" HTTP/1.1").to_owned(),
        headers: lines[1..].iter().filter_map(pair).collect(),
        body: String::new(),
    };
    let length = heard.header("content-length");
    let length = length.map_or(0, |length| length.parse().unwrap());
    reader.take(length).read_to_string(&mut heard.body).unwrap();
    heard
}
