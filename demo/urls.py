"""What only a demo has."""

from django.urls import path

from demo.views import clock

urlpatterns = [path("demo/clock/forward/", clock.forward, name="demo-clock-forward")]
