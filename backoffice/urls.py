"""Addresses of this window."""

from django.urls import URLPattern

app_name = "backoffice"
urlpatterns: list[URLPattern] = []
