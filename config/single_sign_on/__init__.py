"""Single sign-on in the browser: leads people to their organisation's provider and takes them in when they come back.

allauth carries out the OpenID Connect exchange (code with PKCE, state bound to the browser and the provider); `openid.py` adds
what its provider leaves open: the issuer that was set up and no other, the signature always, a nonce. What the proof is worth is
decided in `accounts/single_sign_on`. `watching.py` ends sessions that a provider as the only way no longer allows.
"""
