# SPDX-License-Identifier: BSD-3-Clause
"""Stand-ins for PagerDuty, Discord and ntfy: each takes what the service documents and refuses
everything else as the service does, with what is wrong. They are answers of lab.Server."""

import json
import re

from lab import status


def utf16(text):
    """At least as many as the characters of a text, however they are counted."""
    return len(text.encode("utf-16-le")) // 2


class Refused(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Refused(why)


def members(value, required, optional=()):
    """That value is an object with all of the required members and no unknown ones."""
    need(isinstance(value, dict), f"{value} is no object")
    for name in required:
        need(name in value, f"{name} is missing")
    for name in value:
        need(name in required or name in optional, f"{name} is not known")


def text(value, name, most, length=utf16, least=1):
    need(isinstance(value, str), f"{name} is no text")
    need(least <= length(value) <= most, f"{name} has a length of {length(value)}")
    need(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", value),
         f"{name} has control characters")


def octets(value):
    return len(value.encode())


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Service:
    """Called as an answer of a Server."""

    refusal = 400

    def __init__(self):
        self.taken = []
        self.refused = []

    def __call__(self, connection, request, before):
        try:
            need(request.headers.get("content-type") == "application/json", "no JSON")
            document = json.loads(request.body.decode())
            self.check(document, request)
        except (Refused, ValueError) as problem:
            self.refused.append(str(problem))
            body = json.dumps({"message": str(problem)}).encode()
            return status(self.refusal, body=body)(connection, request, before)
        self.taken.append(document)
        return self.accept(document)(connection, request, before)


class PagerDuty(Service):
    """Events API v2: POST /v2/enqueue."""

    def __init__(self, key):
        super().__init__()
        self.key = key
        self.open = {}

    def check(self, document, request):
        need(len(request.body) <= 512 << 10, "longer than 512 KB")
        members(document, ("routing_key", "event_action"),
                ("dedup_key", "payload", "client", "client_url", "links", "images"))
        need(document["routing_key"] == self.key, "the routing key is wrong")
        need(document["event_action"] in ("trigger", "acknowledge", "resolve"), "event_action")
        text(document.get("dedup_key"), "dedup_key", 255)
        payload = document.get("payload")
        need(payload or document["event_action"] != "trigger", "no payload")
        members(payload, ("summary", "source", "severity"),
                ("timestamp", "component", "group", "class", "custom_details"))
        text(payload["summary"], "summary", 1024)
        text(payload["source"], "source", 1024)
        need(payload["severity"] in ("critical", "error", "warning", "info"), "severity")
        need(TIME.fullmatch(payload["timestamp"]), "timestamp")
        need(isinstance(payload["custom_details"], dict), "custom_details")

    def accept(self, document):
        if document["event_action"] == "trigger":
            self.open.setdefault(document["dedup_key"], document)
        else:
            self.open.pop(document["dedup_key"], None)
        return status(202, body=b'{"status":"success"}')


class Discord(Service):
    """Execute Webhook: POST /api/webhooks/ID/TOKEN, without ?wait."""

    def check(self, document, request):
        members(document, (), ("content", "username", "avatar_url", "tts", "embeds",
                               "allowed_mentions", "flags"))
        need(document.get("content") or document.get("embeds"), "an empty message")
        text(document["content"], "content", 2000)
        need(document.get("allowed_mentions") == {"parse": []}, "somebody may be mentioned")
        need(len(document["embeds"]) <= 10, "too many embeds")
        total = 0
        for embed in document["embeds"]:
            members(embed, (), ("title", "description", "url", "timestamp", "color", "footer",
                                "author", "fields"))
            for name, most in (("title", 256), ("description", 4096)):
                if name in embed:
                    text(embed[name], name, most)
                    total += utf16(embed[name])
            if "footer" in embed:
                members(embed["footer"], ("text",), ("icon_url",))
                text(embed["footer"]["text"], "footer", 2048)
                total += utf16(embed["footer"]["text"])
            need(embed.get("fields", []) == [], "fields are not checked here")
            need(0 <= embed.get("color", 0) <= 0xFFFFFF, "color")
            need(TIME.fullmatch(embed["timestamp"]), "timestamp")
        need(total <= 6000, "the embeds are too long")

    def accept(self, document):
        return status(204)


class Ntfy(Service):
    """Publish as JSON: POST / with the topic in the body. As its first releases: the limit of a
    message is that of the whole document."""

    def __init__(self, token=None):
        super().__init__()
        self.token = token

    def check(self, document, request):
        need(not self.token or request.headers.get("authorization") == f"Bearer {self.token}",
             "unauthorized")
        need(len(request.body) <= 4096, "longer than 4096 octets")
        members(document, ("topic",), ("message", "title", "tags", "priority", "click", "actions",
                                       "markdown", "icon"))
        need(re.fullmatch("[-_A-Za-z0-9]{1,64}", document["topic"]), "the topic is not valid")
        text(document["message"], "message", 4096, octets)
        text(document["title"], "title", 1024, octets)
        need(document["priority"] in (1, 2, 3, 4, 5), "priority")
        need(all(isinstance(tag, str) and "," not in tag for tag in document["tags"]), "tags")

    def accept(self, document):
        return status(200, body=json.dumps({"id": "x", "topic": document["topic"]}).encode())
