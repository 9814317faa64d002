//! Words of content assets and templates.

use super::words;

words! {
    content_title: "Content", "Материалы";
    content_lead: "What you show, and how often people follow it.", "Что вы показываете и как часто это открывают.";
    new_content: "New content", "Новый материал";
    edit_content: "Edit content", "Изменить материал";
    no_content_title: "The library is empty", "Библиотека пуста";
    no_content_how: "Add a page, a deck or a price list by its address. Insert it in letters, and its clicks are counted here.",
        "Добавьте страницу, презентацию или прайс по адресу. Вставляйте в письма, и переходы посчитаются здесь.";
    content_only_by_library: "A marketer can add a page, a deck or a price list; then you can insert it in letters.",
        "Маркетолог может добавить страницу, презентацию или прайс; потом их можно вставлять в письма.";
    address: "Web address", "Веб-адрес";
    per_exposure: "Human clicks per exposure", "Переходы людей на показ";
    last_90_days: "last 90 days", "последние 90 дней";
    verdict_label: "Verdict", "Оценка";
    archived: "In the archive. Sent links go on working.", "В архиве. Отправленные ссылки работают.";
    archive_ask: "It can no longer be inserted. Links that were sent go on working.", "Вставить будет нельзя. Отправленные ссылки продолжат работать.";
    content_saved: "The content is saved.", "Материал сохранён.";
    insert_in_letter: "Insert in a letter", "Вставить в письмо";

    templates_title: "Templates", "Шаблоны";
    templates_lead: "Letters to use again. A change makes a new version; what was sent keeps its own.",
        "Письма для повторного использования. Изменение создаёт новую версию; отправленное остаётся прежним.";
    new_template: "New template", "Новый шаблон";
    edit_template: "Edit template", "Изменить шаблон";
    no_templates_title: "No templates yet", "Шаблонов пока нет";
    no_templates_how: "Write a letter once, use it for many: fields such as the name are filled in for each contact.",
        "Напишите письмо один раз и используйте для многих: имя и другие поля подставятся сами.";
    version_n(n: i64): "version {n}", "версия {n}";
    template_saved(n: i64): "Saved as version {n}.", "Сохранено как версия {n}.";
    use_in_letter: "Write with it", "Написать по шаблону";
    preview_for_sample: "With made-up data", "С вымышленными данными";
    template_wrong(what: &str): "cannot be read: {what}", "не читается: {what}";
    needs_a_body: "needs a formatted letter or plain text", "нужно письмо с оформлением или простой текст";
}
