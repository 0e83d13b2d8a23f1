"""The product's routes, and hello."""

from __future__ import annotations

from django.urls import path

from wainwright import urls
from wainwright.bench.hello import hello

urlpatterns = [path("_hello/", hello), *urls.urlpatterns]

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
