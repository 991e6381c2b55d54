"""Pages with Stripe's fields: what the browser may load there, and nowhere else."""

from typing import Final

from django.http import HttpResponse

# What Stripe documents its fields to need: their script, the frames they live in, and the address they speak to.
NEEDED: Final = {
    "script-src": ["https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}


def with_hosted_fields(response: HttpResponse) -> HttpResponse:
    """Let this one page load Stripe's fields."""
    response._csp_update = NEEDED
    return response
