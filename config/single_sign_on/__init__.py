"""Single sign-on in the browser: leads people to their organisation's provider and takes them in when they come back.

allauth carries out the OpenID Connect exchange (code with PKCE, state bound to the browser and the provider); `openid.py` adds
what its provider leaves open: the issuer that was set up and no other, the signature always, a nonce. `saml.py` does the same
with python3-saml; `asking.py` binds an answer to the browser that asked. What a proof or an assertion is worth, and who may
come in by it, is decided in `accounts/single_sign_on`, the same for both. `watching.py` ends sessions that a provider as the
only way no longer allows, `back_channel.py` those of people who signed out there. `fetching.py` keeps what providers say about
themselves.
"""
