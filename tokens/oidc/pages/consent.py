from django.http import HttpResponse


def failed(request, title, detail, status):
    return HttpResponse(f"{title} {detail}", status=status)


refused = choose = ask = form_post = failed
