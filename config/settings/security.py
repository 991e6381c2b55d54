"""What a browser may do with our pages, and how passwords are kept."""

from csp.constants import NONCE, NONE, SELF

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Third-party screens for our own managers and integrators: they bring inline styles, and unfold's Alpine evaluates expressions.
RELAXED_SOURCES = {
    "/admin/": {"script-src": [SELF, NONCE, "'unsafe-eval'"], "style-src": [SELF, "'unsafe-inline'"]},
    "/api/v1/docs/": {"script-src": [SELF, "'unsafe-inline'"], "style-src": [SELF, "'unsafe-inline'"], "worker-src": ["blob:"]},
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
