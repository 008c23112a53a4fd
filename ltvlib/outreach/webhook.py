"""A list sent to another system: HTTPS POST, signed, retried. Off unless the owner of the server names an address.

Body: JSON ``{"run": id, "rule": event, "messages": [...]}``. The header ``X-LTV-Signature`` holds ``sha256=`` and the
HMAC-SHA256 of the body under the shared secret, ``X-LTV-Delivery`` an id that is the same in every attempt, so that the
receiver can tell a repetition.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from ltvlib.errors import LtvError

SECONDS = 10
PAUSES = (1.0, 4.0, 15.0)
"""Seconds before the second, third and fourth attempt."""


@dataclass(frozen=True)
class Address:
    """Where lists go, and the secret that signs them."""

    url: str
    secret: str


def address() -> Address | None:
    """The address in ``LTV_WEBHOOK_URL`` with the secret in ``LTV_WEBHOOK_SECRET``; ``None`` where either is missing.

    Raises:
        LtvError: the address is not HTTPS.
    """
    url, secret = os.environ.get("LTV_WEBHOOK_URL", ""), os.environ.get("LTV_WEBHOOK_SECRET", "")
    if not url or not secret:
        return None
    if not url.startswith("https://"):
        raise LtvError("The webhook's address must begin with https://; names and phones are not sent in the open.")
    return Address(url, secret)


def signature(body: bytes, secret: str) -> str:
    """``sha256=`` and the HMAC-SHA256 of the body in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(
    to: Address,
    run_id: str,
    rule: str,
    messages: Sequence[dict[str, Any]],
    post: Callable[..., Any] = requests.post,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Deliver a run; attempts after a network failure, 429 or 5xx are repeated three times, with growing pauses.

    Raises:
        LtvError: it was not delivered; the receiver may be told again without harm, the delivery id is the run's.
    """
    body = json.dumps({"run": run_id, "rule": rule, "messages": list(messages)}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-LTV-Signature": signature(body, to.secret),
        "X-LTV-Delivery": run_id,
    }
    for wait in (*PAUSES, None):
        status = _attempt(post, to.url, body, headers)
        if status is not None and status < 300:
            return
        if wait is None or (status is not None and status != 429 and status < 500):
            break
        pause(wait)
    raise LtvError(
        "The list was not taken by the other system (answer: {status}); send it again or download it.",
        status=status or "-",
    )


def _attempt(post: Callable[..., Any], url: str, body: bytes, headers: dict[str, str]) -> int | None:
    """Status of the answer; ``None`` where there was none. A redirect is not followed: it could lead anywhere."""
    try:
        return int(post(url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False).status_code)
    except requests.RequestException:
        return None
