"""A payment from its source to its refund, with the official PyPI package as it is.

The package asks https://api.omise.co, which is a variable of its own that may be set to any address.
"""

import json
import os
import sys
from importlib.metadata import version

import omise
from omise.errors import (
    AuthenticationFailureError,
    BaseError,
    FailedCaptureError,
    FailedRefundError,
    InvalidChargeError,
    NotFoundError,
)

omise.api_main = os.environ["SANDBOX_URL"]
omise.api_public = os.environ["PUBLIC_KEY"]
omise.api_secret = os.environ["SECRET_KEY"]
omise.api_version = os.environ.get("API_VERSION")

IS_OLD = omise.api_version == "2017-11-02"
REFUNDED = "refunded" if IS_OLD else "refunded_amount"
PARAMETERS = {"amount": 150000, "currency": "THB", "return_uri": "https://example.com/orders/345678/complete"}

calls = 0


def call(function, *args, **kwargs):
    """Makes a call that is to succeed."""
    global calls
    calls += 1
    return function(*args, **kwargs)


def refused(error, function, *args, **kwargs):
    """Makes a call that must be rejected, which the package reports as an exception."""
    global calls
    calls += 1
    try:
        response = function(*args, **kwargs)
    except error:
        return
    raise AssertionError("expected %s, received %r" % (error.__name__, response))


def mark_as(end, charge, **body):
    """What a test account has and the package has not: it is asked through the package's own transport."""
    request = omise.Request(omise.api_secret, omise.api_main, omise.api_version)
    return request.send("post", ("charges", charge.id, end), body)


def charges():
    source = call(omise.Source.create, type="kakaopay", amount=150000, currency="THB", platform_type="WEB")
    assert source.flow == "app_redirect"
    assert call(omise.Source.retrieve, source.id).id == source.id
    charge = call(omise.Charge.create, source=source.id, **PARAMETERS)
    assert charge.status == "pending" and charge.source.id == source.id
    inline = call(omise.Charge.create, source={"type": "kakaopay"}, metadata={"order": 7}, **PARAMETERS)
    assert call(omise.Charge.retrieve, charge.id).id == charge.id

    # A lazy list: it requests its length, then its pages, with null for every unset parameter.
    every = omise.Charge.list()
    assert call(len, every) >= 2
    assert charge.id in [found.id for found in call(list, every)]
    assert len(call(every.offset, limit=1, offset=1, order="reverse_chronological")) == 1
    assert len(call(list, omise.Charge.list(fromDate="1970-01-01T00:00:00Z", toDate="1970-01-02T00:00:00Z"))) == 0

    charge.description = "Two books · 책 두 권"
    call(charge.update)
    assert call(omise.Charge.retrieve, charge.id).description == "Two books · 책 두 권"
    return charge, inline


def endings(charge, inline):
    assert call(mark_as, "mark_as_paid", charge)["status"] == "successful"
    refused(BaseError, mark_as, "mark_as_paid", charge)
    call(inline.expire)
    assert inline.status == "expired"
    third = call(omise.Charge.create, source={"type": "kakaopay"}, **PARAMETERS)
    failed = call(mark_as, "mark_as_failed", third, failure_code="payment_rejected")
    assert failed["failure_code"] == "payment_rejected"
    refused(FailedCaptureError, charge.capture)
    refused(BaseError, charge.reverse)


def refunds(charge):
    refund = call(charge.refund, amount=50000)
    assert refund.amount == 50000
    # The package reloads the charge by itself, which is one more call.
    assert getattr(charge, REFUNDED) == 50000
    assert [found.id for found in call(list, charge.list_refunds())] == [refund.id]
    assert refund.id in [found.id for found in call(list, omise.Refund.list())]
    assert call(refund.reload).amount == 50000
    refused(FailedRefundError, charge.refund, amount=100001)
    call(charge.refund, amount=100000, metadata={"r": "2"})
    assert getattr(charge, REFUNDED) == 150000 and charge.status == "successful"


def account(charge):
    keys = [event.key for event in call(list, charge.list_events())]
    assert keys == ["charge.create", "charge.update", "charge.complete", "refund.create", "refund.create"], keys
    events = omise.Event.list()
    newest = call(events.offset, limit=1, order="reverse_chronological")[0]
    assert newest.key == "refund.create"
    assert call(omise.Event.retrieve, newest.id).id == newest.id

    options = {"query": charge.id, "filters": {"captured": "true", "amount": "1000..2000"}}
    found = call(omise.Search.execute, "charge", **options)
    assert [charge.id for charge in found] == [charge.id]

    if IS_OLD:
        refused(BaseError, omise.Capability.retrieve)
    else:
        capability = call(omise.Capability.retrieve)
        assert "kakaopay" in [method["name"] for method in capability.payment_methods]
    own = call(omise.Account.retrieve)
    if not IS_OLD:
        hooks = "http://127.0.0.1:9/webhooks"
        call(own.update, webhook_uri=hooks)
        assert own.webhook_uri == hooks
        call(own.update, webhook_uri="")
        assert own.webhook_uri is None


def refusals():
    source = {"type": "kakaopay", "amount": 150000, "currency": "THB"}
    refused(BaseError, omise.Source.create, **dict(source, amount="invalid_amount"))
    refused(BaseError, omise.Source.create, **dict(source, currency="JPY"))
    refused(InvalidChargeError, omise.Charge.create, source=source, **dict(PARAMETERS, amount=1999))
    refused(NotFoundError, omise.Charge.create, source="src_test_none", **PARAMETERS)
    refused(NotFoundError, omise.Charge.retrieve, "chrg_test_none")
    omise.api_secret = "skey_test_none"
    refused(AuthenticationFailureError, omise.Charge.retrieve)


def main():
    charge, inline = charges()
    endings(charge, inline)
    refunds(charge)
    account(charge)
    refusals()
    manner = "JSON, also on GET, %s" % (omise.api_version or "the account's version")
    report = {"client": "PyPI omise", "version": version("omise"), "manner": manner, "calls": calls}
    sys.stdout.write(json.dumps(report) + "\n")


main()
